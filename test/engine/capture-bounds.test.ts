import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { capturing, packets, pair } from './support/capture.ts';
import { dbg, dbgOnTerminal } from './support/dbg.ts';
import { test } from './support/lab.ts';

describe('a capture ends', () => {
  test('after a time', async ({ lab }) => {
    const { target } = await pair(lab);
    const file = join(lab.folder, 'a.pcap');
    const began = Date.now();
    const { exitCode, stderr } = await dbg(['tcpdump', '--for', '1.5s', target, '-w', file]);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining(`in ${file}`)]);
    expect(Date.now() - began).toBeGreaterThan(1_500);
    expect(await packets(file)).toEqual(expect.any(Array));
  });

  test('before the file is larger', async ({ lab }) => {
    const { target, ping } = await pair(lab);
    const file = join(lab.folder, 'a.pcap');
    const { running } = await capturing(['--max-size', '100k', target, '-i', 'eth0', '-w', file, 'icmp']);
    await ping(60, '-i', '0.01', '-s', '1400');
    const { exitCode, stderr } = await running;
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('dbg: 68 packets, 99.2kB')]);
    expect(statSync(file).size).toBe(24 + 68 * (16 + 1442));
    expect(await packets(file)).toHaveLength(68);
  });

  test.for(['r.pcap', 'r.pcapng'])('a ring keeps the last files: %s', async (name, { lab }) => {
    const { target, ping } = await pair(lab);
    const { running } = await capturing(['--ring', '2x1M', target, '-i', 'eth0', '-w', join(lab.folder, name), 'icmp']);
    await ping(1000, '-i', '0.002', '-s', '1400');
    running.kill('SIGINT');
    const { exitCode, stderr } = await running;
    const files = readdirSync(lab.folder).toSorted();
    expect([exitCode, stderr]).toEqual([
      0,
      expect.stringContaining(files.map((file) => join(lab.folder, file)).join(' ')),
    ]);
    expect(files).toEqual(
      ['00002', '00003'].map((serial) => expect.stringMatching(new RegExp(`^r_${serial}_\\d{14}\\.pcap`))),
    );
    expect(files.every((file) => statSync(join(lab.folder, file)).size <= 1_000_000)).toBe(true);
    const kept = await Promise.all(files.map((file) => packets(join(lab.folder, file))));
    // 2000 packets, of which the first megabyte is gone; each file can be read by itself, and the last ends with the last.
    const first = Math.floor(1_000_000 / 1_458);
    expect(kept.flat().length).toBeGreaterThan(2000 - first - 10);
    expect(kept.flat().length).toBeLessThan(2000 - first + 40);
    expect(kept.at(-1)!.at(-1)).toContain('ICMP echo reply');
    expect(kept.at(-1)!.at(-1)).toContain('seq 999,');
  });
});

describe('a flight recorder', () => {
  test('what the container says, and so long after it', async ({ lab }) => {
    const { target, ping } = await pair(lab);
    const file = join(lab.folder, 'a.pcap');
    const { running } = await capturing(['--stop-on', 'log:ERROR \\d+', '--after', '1s', target, '-w', file, 'icmp']);
    await lab.docker('exec', target, 'sh', '-c', 'echo all is well >/proc/1/fd/1; echo an ERROR 5 >/proc/1/fd/2');
    await ping(3);
    const { exitCode, stderr } = await running;
    expect([exitCode, stderr]).toEqual([
      0,
      expect.stringContaining(`dbg: ${target}: it said: an ERROR 5; the capture ends in 1 s`),
    ]);
    expect(await packets(file)).toHaveLength(6);
  });

  test('its end, with several captured', async ({ lab }) => {
    const { target, other } = await pair(lab);
    const { running } = await capturing(['--stop-on', 'die', `${target},${other}`, '-w', join(lab.folder, 'a.pcapng')]);
    await lab.docker('kill', other);
    expect(await running).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(`dbg: ${other}: die`) });
  });

  test('out of memory', async ({ lab }) => {
    const memory = ['-m', '16m', '--memory-swap', '16m'];
    const hungry = await lab.run('hungry', {
      options: memory,
      command: ['sh', '-c', 'read -r _ </dev/zero; sleep 3600'],
    });
    const idle = await lab.run('idle', { options: memory });
    await lab.docker('rm', '-f', hungry);
    const { running } = await capturing(['--stop-on', 'oom', idle, '-w', join(lab.folder, 'a.pcap')]);
    await execa('docker', ['exec', idle, 'sh', '-c', 'tail /dev/zero'], { reject: false });
    expect(await running).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(`dbg: ${idle}: oom`) });
  });

  test('a health check that fails', async ({ lab }) => {
    const health = ['--health-cmd', 'test ! -e /tmp/ill', '--health-interval', '300ms', '--health-retries', '1'];
    const target = await lab.run('c', { options: health });
    const { running } = await capturing(['--stop-on', 'unhealthy', target, '-w', join(lab.folder, 'a.pcap')]);
    await lab.docker('exec', target, 'touch', '/tmp/ill');
    expect(await running).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(`dbg: ${target}: unhealthy`) });
  });
});

test('on a terminal, a line tells how it goes', async ({ lab }) => {
  const { target, ping } = await pair(lab);
  const terminal = dbgOnTerminal(['tcpdump', '--for', '30s', target, '-w', join(lab.folder, 'a.pcap'), 'icmp']);
  await terminal.sees('listening on');
  await ping(5);
  await terminal.sees(/10 packets · 1\.\d+kB · 0 dropped · \d+ seconds left \(Ctrl-C ends it\)/);
  terminal.type('\u0003');
  expect(await terminal.ended).toBe(0);
});
