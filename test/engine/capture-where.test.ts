import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { capturing, fields, pair } from './support/capture.ts';
import { dbg } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { ip, ipIn, namespaceHolder } from './support/netns.ts';
import { makesCuts } from './support/cuts.ts';

makesCuts();

interface Found {
  readonly places: readonly { readonly name: string; readonly role: string }[];
  readonly packets: readonly {
    readonly direction: string;
    readonly packet: string;
    readonly seen: readonly string[];
    readonly missing_from: string | null;
  }[];
}

/** What `--where` finds while something is done. */
async function where(to: string, target: string, act: () => Promise<unknown>): Promise<Found> {
  const { running } = await capturing(['--json', '--where', to, target]);
  await act();
  running.kill('SIGINT');
  const { exitCode, stdout, stderr } = await running;
  expect(exitCode, String(stderr)).toBe(0);
  return JSON.parse(String(stdout)) as Found;
}

const roles = ({ places }: Found) => places.map(({ role }) => role);
const tries = (lab: Lab, from: string, address: string, port: number) =>
  execa('docker', ['exec', from, 'sh', '-c', `echo hello | nc -w 1 ${address} ${port}`], { reject: false });

/** A way out of the engine's network, to a host behind it. Gives that host's address. */
async function uplink(lab: Lab): Promise<string> {
  const holder = await namespaceHolder(lab);
  await ip(`link add dbg-up0 type veth peer name dbg-up1 netns ${holder}`);
  lab.cleanUp(() => execa('ip', ['link', 'delete', 'dbg-up0'], { reject: false }));
  await ip('address add 198.51.100.1/24 dev dbg-up0');
  await ip('link set dbg-up0 up');
  const there = `/proc/${holder}/ns/net`;
  await ipIn(there, 'address add 198.51.100.9/24 dev dbg-up1');
  await ipIn(there, 'link set dbg-up1 up');
  return '198.51.100.9';
}

async function rule(lab: Lab, ...words: readonly string[]): Promise<void> {
  await execa('iptables', ['-I', ...words]);
  lab.cleanUp(() => execa('iptables', ['-D', ...words]));
}

describe('--where', () => {
  test('all along the way to another container, by its name; and back', async ({ lab }) => {
    const { target, other, address } = await pair(lab, await lab.network('n'));
    const found = await where(`${target}:7`, other, () => tries(lab, other, address, 7));
    expect(roles(found)).toEqual(['container', 'host device', 'bridge', "peer's host device", 'peer']);
    expect(found.places[0]!.name).toBe(`${other}/eth0`);
    expect(found.places.at(-1)!.name).toBe(`${target}/eth0`);
    // Nobody listens: a SYN there, a reset back, each seen at all five.
    expect(found.packets.map(({ direction, packet }) => [direction, packet.split(' seq')[0]])).toEqual([
      ['to', 'SYN'],
      ['from', 'RST ACK'],
    ]);
    expect(found.packets.map(({ seen, missing_from: missing }) => [seen.length, missing])).toEqual([
      [5, null],
      [5, null],
    ]);
  });

  test('a firewall of the host between bridge and uplink, through NAT', async ({ lab }) => {
    const address = await uplink(lab);
    const web = await lab.run('web');
    await rule(lab, 'FORWARD', '-d', address, '-p', 'tcp', '--dport', '81', '-j', 'DROP');
    const found = await where(`${address}:81`, web, () => tries(lab, web, address, 81));
    expect(roles(found)).toEqual(['container', 'host device', 'bridge', 'uplink']);
    expect(found.packets.length).toBeGreaterThan(0);
    const names = found.places.map(({ name }) => name);
    for (const { seen, missing_from: missing, direction } of found.packets) {
      expect([direction, seen, missing]).toEqual(['to', names.slice(0, 3), 'host/dbg-up0']);
    }
    // What is let through goes out with the host's address, and is the same packet all the same.
    const through = await where(`${address}:82`, web, () => tries(lab, web, address, 82));
    expect(
      through.packets.map(({ direction, seen, missing_from: missing }) => [direction, seen.length, missing]),
    ).toEqual([
      ['to', 4, null],
      ['from', 4, null],
    ]);
  });

  test('what is dropped on its way in, at the host device; and the table for people', async ({ lab }) => {
    const { target, other, address } = await pair(lab);
    await dbg(['veth', target, '--blackhole', '--in']);
    lab.cleanUp(() => dbg(['veth', target, '--up']));
    const { running } = await capturing(['--where', address, other]);
    await execa('docker', ['exec', other, 'ping', '-c', '2', '-W', '1', address], { reject: false });
    running.kill('SIGINT');
    const { stdout } = await running;
    const [head, first, , all] = String(stdout).split('\n');
    expect(head).toMatch(
      new RegExp(
        `^- +TIME +PACKET +${other}/eth0 +host/veth\\w+ +host/docker0 +host/veth\\w+ +${target}/eth0 +MISSING FROM$`,
      ),
    );
    expect(first).toMatch(/^> +\d\d:\d\d:\d\d\.\d{3} +ICMP type 8, seq 0 +seen +seen +seen .*(host\/veth\w+|eth0)$/);
    expect(all).toMatch(new RegExp(`^> +all +2 packets to ${address} +2 +2 +2 .* \\(2\\)$`));
  });

  test('one container, with a network of its own', async ({ lab }) => {
    const onHost = await lab.run('host', { options: ['--network', 'host'] });
    const said = await dbg(['tcpdump', '--where', '127.0.0.1:1', onHost]);
    expect([said.exitCode, said.stderr]).toEqual([
      2,
      expect.stringContaining("uses the host's own network: there is no other end"),
    ]);
    const { target, other } = await pair(lab);
    const two = await dbg(['tcpdump', '--where', '10.0.0.1:1', `${target},${other}`]);
    expect([two.exitCode, two.stderr]).toEqual([
      2,
      expect.stringContaining('--where follows the packets of one container'),
    ]);
    const nobody = await dbg(['tcpdump', '--where', 'no-such-host:1', target]);
    expect([nobody.exitCode, nobody.stderr]).toEqual([
      125,
      expect.stringContaining('"no-such-host" is no running container'),
    ]);
  });
});

test('--both-ends: the interface, its host device and the bridge in one file', async ({ lab }) => {
  const { target, other, ping } = await pair(lab, await lab.network('n'));
  const file = join(lab.folder, 'ends.pcapng');
  const { running } = await capturing(['--both-ends', target, '-w', file, 'icmp']);
  await ping(4);
  running.kill('SIGINT');
  expect((await running).exitCode).toBe(0);
  const rows = await fields(file, ['frame.interface_name', 'icmp.type'], 'icmp.type == 8');
  const names = new Set(rows.map(([name]) => name));
  expect(names).toContain(`${target}/eth0`);
  expect([...names].join(' ')).toMatch(/host\/br-\w{12}\b/);
  expect([...names].join(' ')).toMatch(/host\/veth\w+/);
  expect(names.size).toBe(3);
  expect(rows).toHaveLength(12);
  expect(other).not.toBe(target);
});
