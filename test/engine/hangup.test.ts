import { spawn } from '@lydell/node-pty';
import { expect } from 'vitest';
import { DBG, sleep } from './support/dbg.ts';
import { test } from './support/lab.ts';
import { makesCuts } from './support/cuts.ts';

makesCuts();

// A window that is closed, an ssh connection that is lost: the kernel hangs the terminal up.

/** Starts dbg as the first program of a terminal, closes that when it shows this, and gives how dbg ended: 129, or 1 for SIGHUP itself. */
async function hungUp(args: readonly string[], shown: RegExp): Promise<{ code: number; signal: number | undefined }> {
  const env = { ...(process.env as Record<string, string>), TERM: 'xterm' };
  const pty = spawn(process.execPath, [DBG, ...args], { cols: 80, rows: 24, env });
  let screen = '';
  pty.onData((data) => (screen += data));
  const ended = new Promise<{ code: number; signal: number | undefined }>((resolve) =>
    pty.onExit(({ exitCode, signal }) => resolve({ code: exitCode, signal })),
  );
  await expect.poll(() => screen).toMatch(shown);
  await sleep(200);
  (pty as unknown as { destroy(): void }).destroy();
  return ended;
}

const LOOP = 'while :; do echo line; sleep 0.2; done';
test.for<[string[], RegExp]>([
  [['exec', 'CTR', 'sh', '-c', LOOP], /line/],
  [['exec', '-u', '0', 'CTR', 'sh', '-c', LOOP], /line/],
  [['exec', '--all', 'CTR', 'sh', '-c', LOOP], /line/],
  [['exec', '--all', 'CTR', 'cat'], /docker exec/],
  [['shell', 'CTR'], /\]/],
  [['shell', '--all', 'CTR', '--', 'sh'], /# /],
  [['shell'], /Which container/],
  [['tcpdump', 'CTR', '-i', 'any'], /listening on|snapshot length/],
  [['tcpdump', 'CTR', '-w', '/dev/null'], /packets/],
  [['tcpflow', 'CTR'], /reportfilename|listening|tcpflow/],
  [['strace', 'CTR'], /nosleep|wait4|pselect|poll/],
  [['veth', 'CTR', '--down', '--for', '1h'], /back in/],
  [['veth', '--all', '--watch'], /CONTAINER|HOST/],
  [['api', 'snoop'], /in another terminal|DOCKER_HOST/],
  [['limits', 'CTR'], /cpu|CPU/],
])('the terminal is closed: %j', async ([args, shown], { lab }) => {
  const name = await lab.run('c', { command: ['sh', '-c', 'while :; do sleep 0.2; done'] });
  const { code, signal } = await hungUp(
    args.map((word) => (word === 'CTR' ? name : word)),
    shown,
  );
  // Of what has ended by itself before, its own code.
  expect([code, signal ?? 0]).toEqual(args[0] === 'limits' ? [0, 0] : signal ? [0, 1] : [129, 0]);
});
