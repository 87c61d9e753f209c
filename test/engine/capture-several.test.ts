import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { capturing, fields, packets, pair, sendDatagrams } from './support/capture.ts';
import { dbg } from './support/dbg.ts';
import { test } from './support/lab.ts';

const NAME = 'frame.interface_name';
const countBy = (rows: readonly string[][]) => {
  const counts: Record<string, number> = {};
  for (const [name = ''] of rows) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

describe('one pcapng', () => {
  test('a block for each interface, names, counts and what the containers are', async ({ lab }) => {
    const { target, other, address, ping } = await pair(lab, await lab.network('n'));
    const file = join(lab.folder, 'all.pcapng');
    const { running } = await capturing([`${target},${other}`, '-w', file, 'icmp']);
    await ping(6);
    running.kill('SIGINT');
    const { exitCode, stderr } = await running;
    expect([exitCode, stderr]).toEqual([0, expect.stringMatching(new RegExp(`^${target} +12 +12 +0$`, 'm'))]);
    expect(stderr).toContain(`24 packets`);

    const rows = await fields(file, [NAME, 'frame.time_epoch', 'ip.dst', 'icmp.type']);
    expect(countBy(rows)).toEqual({ [`${target}/eth0`]: 12, [`${other}/eth0`]: 12 });
    const times = rows.map(([, time]) => Number(time));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(rows.filter(([, , to, type]) => to === address && type === '8')).toHaveLength(12);
    expect(await packets(file)).toHaveLength(24); // tcpdump reads it as well

    const { stdout: hosts } = await execa('tshark', ['-r', file, '-q', '-z', 'hosts']);
    expect(hosts).toMatch(new RegExp(`^${address}\\s+${target}$`, 'm'));
    const { stdout: about } = await execa('capinfos', [file]);
    expect(about).toContain('Number of interfaces in file: 4'); // lo too, on which nothing was seen
    expect(about).toContain(`Name = ${other}/lo`);
    expect(about).toContain('Filter string = icmp');
    expect(about).toContain('Strict time order:   True');
    const { stdout: blocks } = await execa('tshark', ['-r', file, '-X', 'read_format:MIME Files Format', '-V']);
    expect(blocks).toContain(`container ${target}`);
    expect(blocks).toContain('image busybox');
    expect(blocks).toMatch(/Interface Statistics Block/);
  });

  test('4 containers, 20,000 packets of each: none missing, in the order of time', async ({ lab }) => {
    const network = await lab.network('n');
    const names = await Promise.all(
      ['a', 'b', 'c', 'd'].map((suffix) => lab.run(suffix, { options: ['--network', network] })),
    );
    const sink = await lab.address(await lab.run('sink', { options: ['--network', network] }));
    const file = join(lab.folder, 'all.pcapng');
    const { running } = await capturing([names.join(','), '-w', file, 'udp', 'port', '4711', 'and', 'greater', '50']);
    await Promise.all(names.map((name) => sendDatagrams(lab, name, 20_000, sink, 4711)));
    running.kill('SIGINT');
    const { exitCode, stderr } = await running;
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('80,000 packets')]);
    const rows = await fields(file, [NAME, 'frame.time_epoch', 'data.data']);
    expect(countBy(rows)).toEqual(Object.fromEntries(names.map((name) => [`${name}/eth0`, 20_000])));
    for (const name of names) {
      const numbers = rows
        .filter(([from]) => from === `${name}/eth0`)
        .map(([, , data]) => parseInt(data!.slice(0, 8), 16));
      expect(numbers).toEqual(Array.from({ length: 20_000 }, (_, at) => at));
    }
    const { stdout } = await execa('capinfos', ['-o', file]);
    expect(stdout).toContain('Strict time order:   True');
  });

  test('-c counts over all; a capture can be read by tcpdump from a pipe', async ({ lab }) => {
    const { target, other, ping } = await pair(lab);
    const { running } = await capturing(['--for', '20', `${target},${other}`, '-c', '7', '-w', '-', 'icmp']);
    await ping(8);
    const { exitCode, stdout } = await running;
    expect(exitCode).toBe(0);
    expect(Buffer.byteLength(stdout as string)).toBeGreaterThan(500);
    const file = join(lab.folder, 'c.pcapng');
    const again = await capturing([`${target},${other}`, '-c', '7', '-w', file, 'icmp']);
    await ping(8);
    expect((await again.running).exitCode).toBe(0);
    expect(await packets(file)).toHaveLength(7);
  });

  test('an interface that comes while it is captured has a block of its own', async ({ lab }) => {
    const { target, other } = await pair(lab);
    const file = join(lab.folder, 'all.pcapng');
    const { running } = await capturing([`${target},${other}`, '-w', file, 'icmp']);
    const second = await lab.network('second');
    await lab.docker('network', 'connect', second, target);
    const third = await lab.run('third', { options: ['--network', second] });
    const there = await lab.docker(
      'inspect',
      '-f',
      `{{(index .NetworkSettings.Networks "${second}").IPAddress}}`,
      target,
    );
    await lab.docker('exec', third, 'ping', '-c', '3', '-i', '0.05', there);
    running.kill('SIGINT');
    expect((await running).exitCode).toBe(0);
    expect(countBy(await fields(file, [NAME], `ip.addr == ${there}`))).toEqual({ [`${target}/eth1`]: 6 });
  });
});

describe('who is captured', () => {
  test('by project, network and label; one that shares a network is not captured twice', async ({ lab }) => {
    const network = await lab.network('n');
    const labels = ['--label', `com.docker.compose.project=${lab.name('shop')}`, '--label', 'tier=front'];
    const web = await lab.run('web', { options: ['--network', network, ...labels] });
    const db = await lab.run('db', { options: ['--network', network, ...labels.slice(0, 2)] });
    const side = await lab.run('side', { options: ['--network', `container:${web}`, ...labels.slice(0, 2)] });
    const named = async (...options: string[]) => {
      const { stderr = '', exitCode } = await dbg([
        'tcpdump',
        '--for',
        '0.1',
        ...options,
        '-w',
        join(lab.folder, 'a.pcapng'),
      ]);
      expect(exitCode, String(stderr)).toBe(0);
      return new Set(
        /capturing on (.*)/.exec(String(stderr))?.[1]?.split(', ') ?? [/link-type/.test(String(stderr)) ? 'one' : ''],
      );
    };
    expect((await named('--project', lab.name('shop'))).size).toBe(2);
    expect(await named('--network', network)).toEqual(new Set([web, db]));
    expect(await named('--label', 'tier=front', '--project', lab.name('shop'))).toEqual(new Set(['one']));
    expect((await named(`${web},${side},${db}`)).size).toBe(2);

    const none = await dbg(['tcpdump', '--label', 'tier=back', '--network', network, '-w', '-']);
    expect([none.exitCode, none.stderr]).toEqual([
      125,
      expect.stringContaining(`no running container has network=${network} and label=tier=back`),
    ]);
  });

  test('text: each line says whose it is', async ({ lab }) => {
    const { target, other, ping } = await pair(lab);
    const { running } = await capturing(['--for', '30', `${target},${other}`, '-c', '8', 'icmp']);
    await ping(4);
    const { exitCode, stdout } = await running;
    const lines = (stdout as string).split('\n');
    expect([exitCode, lines.length]).toEqual([0, 8]);
    const width = Math.max(target.length, other.length);
    expect(lines.filter((line) => line.startsWith(`${target.padEnd(width)} | `))).toHaveLength(4);
    expect(lines.every((line) => / \| \d\d:\d\d:\d\d\.\d+ eth0 +(In|Out) +IP /.test(line))).toBe(true);
  });

  test('what cannot be: said, and nothing is left', async ({ lab }) => {
    const { target, other } = await pair(lab);
    const file = join(lab.folder, 'a.pcapng');
    const said = async (...args: string[]) => {
      const { exitCode, stderr } = await dbg(['tcpdump', ...args]);
      return [exitCode, stderr] as const;
    };
    expect(await said(`${target},${other}`, '-w', file, 'no filter')).toEqual([
      1,
      expect.stringMatching(/^dbg: \S+: tcpdump: can't parse filter expression: syntax error$/),
    ]);
    expect(await said(`${target},no-such`, '-w', file)).toEqual([
      125,
      expect.stringContaining('no container "no-such"'),
    ]);
    expect(await said(`${target},${other}`, '-C', '1', '-w', file)).toEqual([
      2,
      expect.stringContaining('-C leaves the capture to tcpdump alone'),
    ]);
    expect(await said('--ring', '10x10', target, '-w', file)).toEqual([2, expect.stringContaining('such as 10x100M')]);
    expect(await said('--ring', '2x1M', target)).toEqual([
      2,
      expect.stringContaining('--max-size and --ring need a file'),
    ]);
    expect(await said('--for', 'ever', target)).toEqual([2, expect.stringContaining('--for takes a time')]);
    expect(await said('--after', '5s', target)).toEqual([2, expect.stringContaining('--stop-on')]);
    expect(await said('--stop-on', 'log:(', target)).toEqual([2, expect.stringContaining('no regular expression')]);
    expect(await said('-w', file)).toEqual([2, expect.stringContaining("unknown option '-w'")]);
  });
});
