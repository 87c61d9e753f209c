import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { spawnedProcesses } from '../bench/spawned.ts';
import { DBG, dbg, dbgOnTerminal, firstLine } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { makesCuts } from './support/cuts.ts';

makesCuts();

interface Row {
  readonly container: string;
  readonly interface: string | null;
  readonly network: string | null;
  readonly addresses: string[];
  readonly host_device: string;
  readonly state: string | null;
  readonly mtu: number | null;
  readonly rx_bytes_per_second?: number | null;
  readonly proof: string;
  readonly shared_by: string[];
  readonly cut: string | null;
  readonly problems: string[];
}

/** What `--all` says of one container; other tests' containers are on the same engine. */
async function rows(container: string): Promise<Row[]> {
  const { stdout, stderr, exitCode } = await dbg(['veth', '--all', '--json']);
  expect(exitCode, String(stderr)).toBe(0);
  return (JSON.parse(stdout as string) as Row[]).filter((row) => row.container === container);
}

const ip = (...argv: readonly string[]) => execa('ip', argv);
const ipInside = async (lab: Lab, container: string, ...argv: readonly string[]) =>
  execa('nsenter', ['-t', String(await lab.pid(container)), '-n', 'ip', ...argv]);

async function pair(lab: Lab) {
  const network = await lab.network('net');
  const web = await lab.run('web', { options: ['--network', network] });
  const db = await lab.run('db', { options: ['--network', network] });
  return { network, web, db, device: (await rows(web))[0]!.host_device };
}

describe('every interface', () => {
  test('is as `dbg veth CTR` shows it, which asks inside', async ({ lab }) => {
    const { web } = await pair(lab);
    await lab.docker('network', 'connect', await lab.network('six', '--ipv6', '--subnet', 'fd00:77::/64'), web);
    const { stdout } = await dbg(['veth', web, '--json']);
    const asked = JSON.parse(stdout as string) as Row[];
    const found = await rows(web);
    expect(asked).toHaveLength(2);
    expect(found.flatMap((row) => row.addresses)).toContainEqual(expect.stringMatching(/^fd00:77::\w+\/64$/));
    for (const row of asked) expect(found).toContainEqual(expect.objectContaining({ ...row, mtu: 1500, problems: [] }));
  });

  test('shared, the host’s, none', async ({ lab }) => {
    const { web, network } = await pair(lab);
    const sidecar = await lab.run('sidecar', { options: ['--network', `container:${web}`] });
    const host = await lab.run('host', { options: ['--network', 'host'] });
    const none = await lab.run('none', { options: ['--network', 'none'] });
    expect(await rows(web)).toEqual([expect.objectContaining({ network, shared_by: [sidecar] })]);
    expect(await rows(sidecar)).toEqual([]);
    expect(await rows(host)).toEqual([expect.objectContaining({ interface: null, network: 'host' })]);
    expect(await rows(none)).toEqual([expect.objectContaining({ interface: null, network: 'none' })]);
    const { stdout } = await dbg(['veth', '--all']);
    expect(stdout).toContain(`shared by ${sidecar}`);
    expect(stdout).toContain(`\n${host}  uses the host's own network`);
    expect(stdout).toContain(`\n${none}  has no interface but lo`);
    expect(stdout).toMatch(new RegExp(`^${network}: br-\\w{12}, mtu 1500$`, 'm'));
  });

  test('of a paused container, and of an image with nothing in it', async ({ lab }) => {
    const container = await lab.run('c', { image: 'distroless', command: [] });
    await lab.docker('pause', container);
    lab.cleanUp(() => lab.docker('unpause', container));
    expect(await rows(container)).toEqual([expect.objectContaining({ network: 'bridge', proof: 'both ways' })]);
  });
});

describe('what is wrong', () => {
  test('an address twice, the gateway’s among them', async ({ lab }) => {
    const { web, db, network } = await pair(lab);
    const address = await lab.address(web);
    const gateway = await lab.docker('network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', network);
    for (const taken of [address, gateway]) await ipInside(lab, db, 'addr', 'add', `${taken}/24`, 'dev', 'eth0');
    expect((await rows(web))[0]?.problems).toEqual([`duplicate ${address} (${db} eth0)`]);
    const [row] = await rows(db);
    expect(row?.problems).toEqual(
      expect.arrayContaining([
        `duplicate ${address} (${web} eth0)`,
        expect.stringMatching(new RegExp(`^duplicate ${gateway} \\(br-`)),
      ]),
    );
  });

  test('an MTU that is not its own peer’s: that wire alone, not all of the bridge that follows it', async ({ lab }) => {
    const { web, db, device } = await pair(lab);
    const own = async () => String((await dbg(['veth', web])).stdout);
    await execa('ip', ['link', 'set', 'dev', device, 'mtu', '1400']);
    expect((await rows(web))[0]).toMatchObject({ mtu: 1500, problems: ['mtu 1500 ≠ host end 1400'] });
    expect((await rows(db))[0]).toMatchObject({ mtu: 1500, problems: [] });
    expect(await own()).toContain('  1500 ≠ 1400  up ');
    await execa('ip', ['link', 'set', 'dev', device, 'mtu', '1500']);
    await ipInside(lab, web, 'link', 'set', 'eth0', 'mtu', '1400');
    expect((await rows(web))[0]).toMatchObject({ mtu: 1400, problems: ['mtu 1400 ≠ host end 1500'] });
    expect((await rows(db))[0]).toMatchObject({ mtu: 1500, problems: [] });
    expect(await own()).toContain('  1400 ≠ 1500  up ');
  });

  test('down at the host’s end, with what the cut says of itself', async ({ lab }) => {
    const { web, device } = await pair(lab);
    await ip('link', 'set', device, 'down');
    await ip('link', 'set', device, 'alias', 'dbg cut 0a1b2c3d down,"x" ann 1764000000 0 web/eth0');
    expect((await rows(web))[0]).toMatchObject({ state: 'down', cut: 'down,"x"', problems: ['down'] });
    expect((await dbg(['veth', '--all'])).stdout).toContain('cut: down,"x"');
    expect((await dbg(['veth', '--all', '--dot'])).stdout).toContain('cut: down,\\"x\\"');
    expect((await dbg(['veth', '--all', '--mermaid'])).stdout).toContain('cut: down,#34;x#34;');
  });

  test('down at its own end: still found, with the address that it was given', async ({ lab }) => {
    const { web, device } = await pair(lab);
    const address = await lab.address(web);
    await ipInside(lab, web, 'link', 'set', 'eth0', 'down');
    expect(await rows(web)).toEqual([
      expect.objectContaining({
        host_device: device,
        addresses: [`${address}/24`],
        state: 'no carrier',
        proof: 'both ways',
        problems: ['no carrier: eth0 is down'],
      }),
    ]);
  });
});

describe('which container is behind a host device', () => {
  test('--reverse, and the bare name', async ({ lab }) => {
    const { web, device } = await pair(lab);
    for (const args of [['--reverse', device], [device]]) {
      const { stdout, exitCode } = await dbg(['veth', ...args, '--json']);
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout as string)).toEqual([expect.objectContaining({ container: web, host_device: device })]);
    }
  });

  test('a container of that name goes before the device', async ({ lab }) => {
    const { device } = await pair(lab);
    await lab.docker('run', '-d', '--name', device, 'busybox', 'sleep', '3600');
    lab.cleanUp(() => lab.docker('rm', '-f', device));
    const { stdout } = await dbg(['veth', device, '--json']);
    expect(JSON.parse(stdout as string)).toEqual([expect.objectContaining({ container: device, network: 'bridge' })]);
  });

  test('none: it is a bridge, or its other end is elsewhere', async ({ lab }) => {
    const { web, db, network } = await pair(lab);
    const id = await lab.docker('network', 'inspect', '-f', '{{.Id}}', network);
    const bridge = await dbg(['veth', '--reverse', `br-${id.slice(0, 12)}`]);
    expect(bridge.exitCode).toBe(125);
    expect(bridge.stderr).toContain(`is the bridge of network ${network} (on it: ${[web, db].toSorted().join(', ')})`);

    const holder = execa('unshare', ['-n', '--', 'bash', '-c', 'echo up; exec sleep 3600'], { reject: false });
    lab.cleanUp(async () => (holder.kill('SIGKILL'), await holder));
    await firstLine(holder);
    await ip('link', 'add', 'dbg-away', 'type', 'veth', 'peer', 'name', 'x1', 'netns', String(holder.pid));
    const { exitCode, stderr } = await dbg(['veth', '--reverse', 'dbg-away']);
    expect(exitCode).toBe(125);
    expect(stderr).toMatch(/in network namespace \d+, of no container, with \d+ sleep/);
    expect(stderr).toContain(`look into it:  nsenter -t ${holder.pid} -n ip -d link`);

    expect((await dbg(['veth', '--reverse', 'nosuch'])).stderr).toContain('this host has no device "nosuch"');
  });
});

test('--label gives names, --unlabel takes them away, and a person’s stay', async ({ lab }) => {
  const { web, device } = await pair(lab);
  await ip('link', 'property', 'add', 'dev', device, 'altname', 'uplink.eth0');
  const names = async () => JSON.parse((await ip('-j', 'link', 'show', device)).stdout)[0].altnames as string[];
  expect((await dbg(['veth', '--label', web, '--dry-run'])).stdout).toBe(
    `ip link property add dev ${device} altname ${web}.eth0`,
  );
  expect(await names()).toEqual(['uplink.eth0']);

  expect((await dbg(['veth', '--label', web])).stdout).toBe(`${device} is now also ${web}.eth0`);
  expect((await dbg(['veth', '--label', web])).stdout).toBe(`${device} is already ${web}.eth0`);
  expect((await names()).toSorted()).toEqual(['uplink.eth0', `${web}.eth0`].toSorted());
  expect((await dbg(['veth', '--reverse', `${web}.eth0`])).stdout).toContain(device);

  expect((await dbg(['veth', '--unlabel', web])).stdout).toBe(`${device} is no longer ${web}.eth0`);
  expect(await names()).toEqual(['uplink.eth0']);
});

test('--watch: rates as the container sees them, a line of JSON each time', async ({ lab }) => {
  const { web, db } = await pair(lab);
  const address = await lab.address(web);
  const running = execa(process.execPath, [DBG, 'veth', '--all', '--watch', '1', '--json'], { reject: false });
  lab.cleanUp(async () => (running.kill('SIGKILL'), await running));
  const looks: Row[][] = [];
  for await (const line of running.iterable()) {
    looks.push((JSON.parse(line) as Row[]).filter((row) => row.container === web));
    if (looks.length === 2) break;
    // Four packets of 1042 bytes on the wire.
    await lab.docker('exec', db, 'sh', '-c', `for i in 1 2 3 4; do ping -c 1 -s 1000 ${address}; done`);
  }
  expect(looks[0]![0]!.rx_bytes_per_second).toBeNull();
  expect(looks[1]![0]!.rx_bytes_per_second).toBeGreaterThan(1000);
  expect(looks[1]![0]!.rx_bytes_per_second).toBeLessThan(20_000);
});

test('--watch on a terminal: draws in place, and Ctrl-C ends it as it ends any program', async ({ lab }) => {
  const { web } = await pair(lab);
  const terminal = dbgOnTerminal(['veth', '--all', '--watch', '0.3']);
  await terminal.sees(web);
  await terminal.sees('0B/s');
  terminal.type('\u0003');
  expect(await terminal.ended).toBe(130);
  // Wrapping, which is off while a frame is drawn, is on again.
  expect(terminal.screen().lastIndexOf('\u001b[?7h')).toBeGreaterThan(terminal.screen().lastIndexOf('\u001b[?7l'));
});

test('two processes, for one container as for five', async ({ lab }) => {
  // What ends while dbg looks is looked at again: the tests beside this one end containers all the time.
  const spawned = () => expect.poll(() => spawnedProcesses([process.execPath, DBG, 'veth', '--all']));
  await lab.run('c1');
  await spawned().toBe(2);
  for (const suffix of ['c2', 'c3', 'c4', 'c5']) await lab.run(suffix);
  await spawned().toBe(2);
});

test.for([
  [['--watch'], 'with --all'],
  [['--all', 'web'], 'leave CTR out'],
  [['--reverse', 'veth1', 'web'], 'leave CTR out'],
  [['--all', '--watch', 'x'], 'not a number of seconds'],
  [['--all', '--down'], 'cannot be used with'],
] as const)('usage: %j', async ([args, said]) => {
  const { exitCode, stderr } = await dbg(['veth', ...args]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(said);
});
