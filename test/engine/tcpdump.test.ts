import { chmodSync, chownSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { blockIsOut, capturing, packets, pair } from './support/capture.ts';
import { commandLines, dbg, dbgOnTerminal, says } from './support/dbg.ts';
import { test } from './support/lab.ts';

test('a file with exactly the pings that were sent', async ({ lab }) => {
  const { target, address, ping } = await pair(lab);
  const file = join(lab.folder, 'ping.pcap');
  const capture = dbg(['tcpdump', target, '-i', 'eth0', '-w', file, 'icmp']);
  await says(capture, 'listening on');
  await ping(7);
  capture.kill('SIGINT');
  const { exitCode, stderr } = await capture;

  expect(exitCode).toBe(0);
  expect(stderr).toContain('14 packets captured');
  expect(stderr).toContain('0 packets dropped by kernel');
  const requests = await packets(file, 'icmp[icmptype] = icmp-echo');
  expect(requests).toHaveLength(7);
  expect(requests.every((line) => line.includes(`> ${address}: ICMP echo request`))).toBe(true);
  expect(await packets(file)).toHaveLength(14);
  expect(statSync(file).uid).toBe(process.getuid?.());
});

test('Ctrl-C on a terminal: the file is whole', async ({ lab }) => {
  const { target, ping } = await pair(lab);
  const file = join(lab.folder, 'ping.pcap');
  const terminal = dbgOnTerminal(['tcpdump', target, '-w', file, 'icmp']);
  await terminal.sees('listening on');
  await ping(20);
  terminal.type('\u0003');
  expect(await terminal.ended).toBe(0);
  expect(await packets(file, 'icmp[icmptype] = icmp-echo')).toHaveLength(20);
});

test('files belong to the person who asked through sudo, rotated ones too', async ({ lab }) => {
  const { target, ping } = await pair(lab);
  const nobody = 65534;
  chownSync(lab.folder, nobody, nobody);
  const capture = dbg(['tcpdump', target, '-i', 'eth0', '-C', '1', '-s', '0', '-w', join(lab.folder, 'ring')], {
    env: { SUDO_USER: 'nobody', SUDO_COMMAND: '/usr/local/bin/dbg tcpdump' },
  });
  await says(capture, 'listening on');
  for (let at = 0; at < 2; at++)
    await lab.docker(
      'exec',
      lab.name('other'),
      'ping',
      '-c',
      '12',
      '-i',
      '0.02',
      '-s',
      '60000',
      await lab.address(target),
    );
  await ping(1);
  capture.kill('SIGINT');
  expect((await capture).exitCode).toBe(0);
  const files = readdirSync(lab.folder);
  expect(files.length).toBeGreaterThan(1);
  expect(files.map((file) => statSync(join(lab.folder, file)).uid)).toEqual(files.map(() => nobody));
});

test("root's own folder takes the second file of a rotation", async ({ lab }) => {
  const { target } = await pair(lab);
  chmodSync(lab.folder, 0o700);
  const capture = dbg(['tcpdump', target, '-i', 'eth0', '-C', '1', '-w', join(lab.folder, 'ring')]);
  await says(capture, 'listening on');
  await lab.docker(
    'exec',
    lab.name('other'),
    'ping',
    '-c',
    '20',
    '-i',
    '0.02',
    '-s',
    '60000',
    await lab.address(target),
  );
  capture.kill('SIGINT');
  expect((await capture).exitCode).toBe(0);
  expect(readdirSync(lab.folder).toSorted()).toEqual(expect.arrayContaining(['ring', 'ring1']));
});

test('nothing to remember: all interfaces, no names, each packet as it comes, through a pipe', async ({ lab }) => {
  const { target, address, ping } = await pair(lab);
  const other = await lab.network('second');
  await lab.docker('network', 'connect', other, target);
  const capture = dbg(['tcpdump', target, '-c', '2', 'icmp']);
  await says(capture, 'listening on');
  await ping(1);
  const { stdout, exitCode } = await capture;
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(new RegExp(`eth0\\s+In\\s+IP \\S+ > ${address}: ICMP echo request`));
});

test('-w - is a capture on stdout', async ({ lab }) => {
  const { target, ping } = await pair(lab);
  const capture = dbg(['tcpdump', target, '-i', 'eth0', '-c', '4', '-w', '-', 'icmp'], { encoding: 'buffer' });
  await says(capture, 'listening on');
  await ping(2);
  const { stdout } = await capture;
  const read = await execa('tcpdump', ['-n', '-r', '-'], { input: stdout as Uint8Array });
  expect(read.stdout.split('\n')).toHaveLength(4);
});

test("tcpdump's own error and exit code are kept", async ({ lab }) => {
  const { exitCode, stderr } = await dbg(['tcpdump', await lab.run(), 'this is no filter']);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("tcpdump: can't parse filter expression: syntax error");
});

const ours = (file: string) => commandLines().filter((line) => line.includes(file));

describe('nothing is lost at the end', () => {
  test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s right after the last packet', async (signal, { lab }) => {
    const { target, ping } = await pair(lab);
    const file = join(lab.folder, 'ping.pcap');
    const { running: capture } = await capturing([target, '-w', file, 'icmp']);
    await ping(30, '-A');
    capture.kill(signal);
    expect((await capture).exitCode).toBe(0);
    expect(await packets(file)).toHaveLength(60);
  });

  test('kill -9 of dbg: a file that can be read, all that had come through, and no tcpdump', async ({ lab }) => {
    const { target, ping } = await pair(lab);
    const file = join(lab.folder, 'ping.pcap');
    const { running: capture } = await capturing([target, '-i', 'eth0', '-w', file, 'icmp', 'or', 'port', '4711']);
    await ping(25);
    await blockIsOut();
    capture.kill('SIGKILL');
    await capture;
    expect(await packets(file)).toHaveLength(50);
    await expect.poll(() => ours('4711')).toEqual([]);
  });

  test('the container is restarted: its last packets are there, and the capture ends', async ({ lab }) => {
    const { target, ping } = await pair(lab);
    const [device, all] = [join(lab.folder, 'device.pcap'), join(lab.folder, 'all.pcap')];
    const one = await capturing([target, '-i', 'eth0', '-w', device, 'icmp']);
    const other = await capturing([target, '-w', all, 'icmp']);
    await ping(12);
    await lab.docker('restart', '-t', '0', target);
    const [onDevice, onAll] = await Promise.all([one.running, other.running]);
    // tcpdump itself says what became of the one device, and ends with 1: to dbg a container's end
    // is no failure.
    expect([onDevice.exitCode, onDevice.stderr]).toEqual([0, expect.stringContaining('The interface disappeared')]);
    expect(onAll.exitCode).toBe(0);
    expect(await packets(device)).toHaveLength(24);
    expect(await packets(all)).toHaveLength(24);
  });
});

describe('the container ends: so does the capture, with 0', () => {
  test.for([
    ['lines, all interfaces', []],
    ['lines, one interface', ['-i', 'eth0']],
    ['stdout, all interfaces', ['-w', '-']],
    ['stdout, one interface', ['-i', 'eth0', '-w', '-']],
  ] as const)('%s', async ([, args], { lab }) => {
    const { target, ping } = await pair(lab);
    const capture = dbg(['tcpdump', target, ...args, 'icmp']);
    await says(capture, 'listening on');
    await ping(2);
    await lab.docker('kill', target);
    expect((await capture).exitCode).toBe(0);
  });
});

describe('a full disk', () => {
  test.for(['a.pcap', 'a.pcapng'])('%s: exit 125, and what was written can be read', async (name, { lab }) => {
    const { target, ping } = await pair(lab);
    const folder = join(lab.folder, 'small');
    mkdirSync(folder);
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', folder]);
    lab.cleanUp(() => execa('umount', [folder]));
    const file = join(folder, name);
    const { running: capture } = await capturing(['--min-free', '0', target, '-i', 'eth0', '-w', file, 'icmp']);
    await ping(150, '-i', '0.01', '-s', '1400');
    const { exitCode, stderr } = await capture;
    expect([exitCode, stderr]).toEqual([125, expect.stringContaining(`no space left for ${file}`)]);
    const written = await packets(file);
    expect(written.length).toBeGreaterThan(190);
    expect(written.length).toBeLessThan(215);
    expect(ours(file)).toEqual([]);
  });

  test('before it is full: --min-free', async ({ lab }) => {
    const { target } = await pair(lab);
    const file = join(lab.folder, 'a.pcap');
    const { exitCode, stderr } = await dbg(['tcpdump', '--min-free', '900T', target, '-w', file]);
    expect([exitCode, stderr]).toEqual([125, expect.stringMatching(/only \d+ MB are free in /)]);
    expect(await packets(file)).toEqual([]);
  });
});

describe('the file', () => {
  test('belongs to the person who asked through sudo, and is made with their rights alone', async ({ lab }) => {
    const { target, ping } = await pair(lab);
    const env = { SUDO_USER: 'nobody', SUDO_UID: '65534', SUDO_GID: '65534', SUDO_COMMAND: '/usr/bin/dbg tcpdump' };
    chmodSync(lab.folder, 0o755);
    const closed = join(lab.folder, 'root.pcap');
    const refused = await dbg(['tcpdump', target, '-w', closed], { env });
    expect([refused.exitCode, refused.stderr]).toEqual([
      125,
      expect.stringContaining(`${closed} cannot be created: permission denied`),
    ]);
    chownSync(lab.folder, 65534, 65534);
    const file = join(lab.folder, 'mine.pcap');
    const { running: capture } = await capturing([target, '-w', file, 'icmp'], env);
    await ping(3);
    capture.kill('SIGINT');
    expect((await capture).exitCode).toBe(0);
    expect([statSync(file).uid, statSync(file).gid]).toEqual([65534, 65534]);
    expect(await packets(file)).toHaveLength(6);
  });

  test("tcpdump's own arguments are untouched: -c, -s, -e in one word, nanoseconds", async ({ lab }) => {
    const { target, ping } = await pair(lab);
    const file = join(lab.folder, 'a.pcap');
    const args = ['-nns60', '-c4', '--time-stamp-precision=nano', '-ieth0', `-w${file}`, 'icmp'];
    const { running: capture } = await capturing([target, ...args]);
    await ping(5);
    const { exitCode, stderr } = await capture;
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('4 packets captured')]);
    expect(await packets(file)).toHaveLength(4);
    const { stdout } = await execa('tcpdump', ['-r', file, '-n', '--time-stamp-precision=nano', '-tt']);
    expect(stdout).toMatch(/^\d+\.\d{9} /m);
    expect(statSync(file).size).toBeLessThanOrEqual(24 + 4 * (16 + 60));
  });
});
