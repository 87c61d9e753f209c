import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { startArgv } from '../../../../src/process/strace/strace-argv.ts';
import WATCH from '../../../../src/process/strace/watch.sh';

const left: ChildProcess[] = [];
afterEach(() => left.splice(0).forEach((child) => child.kill('SIGKILL')));
const sleeper = async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  left.push(child);
  await once(child, 'spawn');
  return child;
};
const stateOf = ({ pid }: ChildProcess) => /^State:\t(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];

/** A program whose one child stops itself, as the entry line's does, and then says that it runs. */
const PROGRAM = [
  'sh',
  '-c',
  `sh -c 'kill -STOP $$; echo "ran $(awk "/^TracerPid/ {print \\$2}" /proc/$$/status)"' & wait $!`,
];

/** What comes of it when this tool stands in for strace: the output, and descriptor 3. */
async function started(tool: readonly string[]) {
  const [file, ...args] = startArgv(tool, [], PROGRAM);
  const child = spawn(file!, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  left.push(child);
  const said = { out: '', report: '' };
  (child.stdio[1] as Readable).on('data', (piece: Buffer) => (said.out += piece.toString()));
  (child.stdio[3] as Readable).on('data', (piece: Buffer) => (said.report += piece.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { ...said, code };
}

test('a command that cannot be traced is killed, and did not run', async () => {
  expect(await started(['false'])).toEqual({ out: '', report: 'strace 1\n', code: 137 });
});

test('a command that is traced runs under strace', async ({ skip }) => {
  const tried = spawnSync('strace', ['-o', '/dev/null', 'true'], { encoding: 'utf8' });
  skip(tried.status !== 0, `strace cannot trace here: ${tried.error?.message ?? tried.stderr}`);
  const { out, report, code } = await started(['strace', '-o', '/dev/null']);
  expect([out, report, code]).toEqual([expect.stringMatching(/^ran [1-9]\d*\n$/), '', 0]);
});

test('a process that has got the number of a program which has ended is left alone', async () => {
  const program = await sleeper();
  const folder = openSync(`/proc/${program.pid}`, 'r');
  program.kill('SIGKILL');
  await once(program, 'exit');
  // To the watcher it looks as if the number had been given to this one.
  const other = await sleeper();
  const argv = ['-c', WATCH, 'dbg-strace', String(other.pid), '1', '1', 'false'];
  const { status } = spawnSync('timeout', ['5', 'sh', ...argv], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'ignore', folder],
  });
  closeSync(folder);
  expect([status, stateOf(other)]).toEqual([0, 'S']);
});

test('a program that ends before its child stops itself: the watcher ends too', () => {
  const argv = startArgv(['false'], [], ['true']);
  execFileSync('timeout', ['5', ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
});
