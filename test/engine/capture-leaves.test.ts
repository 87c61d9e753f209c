import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { pair } from './support/capture.ts';
import { DBG, says } from './support/dbg.ts';
import { test } from './support/lab.ts';

// Nobody sends a packet: who writes learns from no write that its reader has left.
const NOTHING = ['udp', 'port', '9'];

describe('the reader of a capture leaves, and no packet comes: 141', () => {
  test.for([
    ['one container', (one: string) => [one]],
    ['one interface of it', (one: string) => [one, '-i', 'eth0']],
    ['several', (one: string, other: string) => [`${one},${other}`]],
    ['for a time', (one: string) => ['--for', '1h', one]],
    ['both ends', (one: string) => ['--both-ends', one]],
  ] as const)('a pipe: %s', async ([, args], { lab }) => {
    const { target, other } = await pair(lab);
    const words = [DBG, 'tcpdump', ...args(target, other), '-w', '-', ...NOTHING];
    // What a capture file begins with is read, and no more.
    const line = '"$@" | head -c 24 >/dev/null; exit "${PIPESTATUS[0]}"';
    const { exitCode, stderr } = await execa('bash', ['-c', line, 'bash', process.execPath, ...words], {
      reject: false,
    });
    expect([exitCode, stderr]).toEqual([141, expect.not.stringContaining('Error')]);
  });

  test('a socket', async ({ lab }) => {
    const { target } = await pair(lab);
    const capture = execa(process.execPath, [DBG, 'tcpdump', target, '-w', '-', ...NOTHING], {
      reject: false,
      buffer: { stdout: false },
    });
    await says(capture, 'listening on');
    capture.stdout.destroy();
    expect((await capture).exitCode).toBe(141);
  });

  test('a FIFO', async ({ lab }) => {
    const { target } = await pair(lab);
    const fifo = join(lab.folder, 'fifo');
    await execa('mkfifo', [fifo]);
    const capture = execa(process.execPath, [DBG, 'tcpdump', target, '-w', fifo, ...NOTHING], { reject: false });
    await execa('head', ['-c', '24', fifo]);
    expect((await capture).exitCode).toBe(141);
  });

  test('a reader that stays, and sends nothing itself, is no reader that left', async ({ lab }) => {
    const { target, ping } = await pair(lab);
    const script = `
      use Socket; socketpair(my $here, my $there, AF_UNIX, SOCK_STREAM, 0) or die;
      if (fork) { close $there; shutdown $here, 1; local $/; $_ = <$here>; print length > 24 ? "read\\n" : "no\\n"; wait; exit($? >> 8) }
      close $here; open STDOUT, '>&', $there; close $there; exec @ARGV;`;
    const words = [process.execPath, DBG, 'tcpdump', target, '-w', '-', '-c', '2', 'icmp'];
    const capture = execa('perl', ['-e', script, ...words], { reject: false });
    await says(capture, 'listening on');
    await ping(1);
    expect(await capture).toMatchObject({ exitCode: 0, stdout: 'read' });
  });
});
