import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants as fs, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { DBG, dbg, says, sleep } from './support/dbg.ts';
import { test } from './support/lab.ts';

test('Ctrl-C while the taps are being started is heard at once', async ({ lab }) => {
  const [one, other] = [await lab.run('one'), await lab.run('other')];
  const codes: unknown[] = [];
  for (let after = 80; after <= 240; after += 8) {
    const file = join(lab.folder, 'early.pcapng');
    // As the leader of a process group, which the terminal's Ctrl-C goes to as a whole.
    const capture = spawn(process.execPath, [DBG, 'tcpdump', `${one},${other}`, '-w', file], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    capture.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
    const ended = once(capture, 'exit');
    await sleep(after);
    process.kill(-capture.pid!, 'SIGINT');
    const [code, signal] = await Promise.race([ended, sleep(8000).then(() => ['hangs'])]);
    if (code !== 0 && code !== 130 && signal !== 'SIGINT') codes.push([code ?? signal, said]);
    if (code === 'hangs') capture.kill('SIGKILL');
  }
  expect(codes).toEqual([]);
});

test('a third signal ends a capture whose reader does not read', async ({ lab }) => {
  const [one, other] = [await lab.run('one'), await lab.run('other')];
  const fifo = join(lab.folder, 'fifo');
  await execa('mkfifo', [fifo]);
  const reader = openSync(fifo, fs.O_RDWR);
  const capture = dbg(['tcpdump', `${one},${other}`, '-w', fifo, 'icmp']);
  await says(capture, 'capturing on');
  await lab.docker('exec', one, 'ping', '-i', '0.002', '-c', '200', '-s', '1400', await lab.address(other));
  await sleep(2500);
  for (let signals = 0; signals < 3; signals++) {
    capture.kill('SIGINT');
    await sleep(700);
  }
  expect((await Promise.race([capture, sleep(5000)]))?.signal).toBe('SIGINT');
  closeSync(reader);
});

const ended = async (capture: ReturnType<typeof dbg>, milliseconds: number) => {
  const timer = setTimeout(() => capture.kill('SIGKILL'), milliseconds);
  const { exitCode, stderr } = await capture;
  clearTimeout(timer);
  return { exitCode, stderr: String(stderr) };
};

test('--restart ends by what --stop-on says, in any run', async ({ lab }) => {
  const name = await lab.run('c', { command: ['sh', '-c', 'sleep 0.2; echo panic; sleep 30'] });
  await lab.docker('stop', name);
  for (const [stopOn, then] of [
    ['log:pan', 'it said: panic'],
    ['die', 'die'],
  ] as const) {
    const args = ['tcpdump', '--restart', '--stop-on', stopOn, name, '-w', join(lab.folder, 'x.pcapng')];
    const capture = dbg(args);
    await says(capture, 'waiting for');
    await lab.docker('start', name);
    if (stopOn === 'die') await lab.docker('stop', name);
    const { exitCode, stderr } = await ended(capture, 10_000);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`dbg: ${name}: ${then}`);
    await lab.docker('stop', name);
  }
});

test('a container that is removed is waited for no longer', async ({ lab }) => {
  for (const option of ['--from-start', '--restart']) {
    const name = lab.name('gone');
    await lab.docker('create', '--name', name, 'busybox', 'true');
    const capture = dbg(['tcpdump', option, name, '-w', join(lab.folder, 'x.pcapng')]);
    await says(capture, 'waiting for');
    await lab.docker('rm', name);
    const { exitCode, stderr } = await ended(capture, 10_000);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`${name} has been removed`);
  }
});

test('a mistake in the filter leaves an earlier capture as it is', async ({ lab }) => {
  const [one, other] = [await lab.run('one'), await lab.run('other')];
  for (const [name, containers] of [
    ['x.pcap', one],
    ['x.pcapng', `${one},${other}`],
  ] as const) {
    const file = join(lab.folder, name);
    writeFileSync(file, 'an earlier capture');
    expect((await dbg(['tcpdump', containers, '-w', file, 'no such filter'])).exitCode).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe('an earlier capture');
    expect((await dbg(['tcpdump', '--for', '0.2s', containers, '-w', file])).exitCode).toBe(0);
    expect((await execa('tcpdump', ['-n', '-r', file])).exitCode).toBe(0);
  }
});

test('SIGUSR1 asks for counts, and the capture goes on', async ({ lab }) => {
  const [one, other] = [await lab.run('one'), await lab.run('other')];
  const capture = dbg(['tcpdump', `${one},${other}`, '-w', join(lab.folder, 'x.pcapng'), 'icmp']);
  await says(capture, 'capturing on');
  for (const signal of ['SIGUSR2', 'SIGUSR1', 'SIGUSR1', 'SIGUSR1'] as const) {
    capture.kill(signal);
    await sleep(200);
  }
  capture.kill('SIGTERM');
  const { exitCode, stderr } = await ended(capture, 10_000);
  expect(exitCode).toBe(0);
  expect(stderr.match(/^dbg: .*: 0 packets captured, 0 received by filter, 0 dropped by kernel$/gm)).toHaveLength(6);
});

test('what a shell’s >> found stays', async ({ lab }) => {
  const [one, other] = [await lab.run('one'), await lab.run('other')];
  const file = join(lab.folder, 'x');
  writeFileSync(file, 'before');
  const args = [DBG, 'tcpdump', '--for', '0.2s', `${one},${other}`, '-w', '-'];
  await execa('sh', ['-c', '"$@" >>"$0"', file, process.execPath, ...args]);
  expect(readFileSync(file, 'latin1')).toMatch(/^before\n\r\r\n/);
});

test('kill -9 before the first packet leaves a file that tcpdump reads', async ({ lab }) => {
  const [one, other] = [await lab.run('one'), await lab.run('other')];
  const file = join(lab.folder, 'x.pcapng');
  const capture = dbg(['tcpdump', `${one},${other}`, '-w', file, 'icmp']);
  await says(capture, 'capturing on');
  await sleep(200);
  capture.kill('SIGKILL');
  await capture;
  expect((await execa('tcpdump', ['-n', '-r', file])).stdout).toBe('');
});
