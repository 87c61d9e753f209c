import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { Environment } from '../../environment.ts';
import { DbgError, EXIT } from '../../errors.ts';
import { startGuard } from './tool-guard.ts';
import type { Ended, Relayed, Streamed } from '../host.ts';
import { openPipe } from './pipe.ts';
import { textOf } from './run-on-terminal.ts';
import { startBeside, startProgram } from './start-program.ts';

/** Starts a program whose output dbg reads: see Host.stream. */
export async function stream(argv: readonly string[], env: Environment): Promise<Streamed> {
  const [file, ...args] = argv;
  const { reader, writeEnd } = await openPipe();
  // In a session of its own (setsid(2)): the terminal's Ctrl-C and Ctrl-Z are for dbg, which ends
  // the program in good order.
  const start = () =>
    startProgram(file!, args, { detached: true, env: { ...env }, stdio: ['ignore', writeEnd, 'pipe', 'pipe'] });
  let child: ReturnType<typeof start>;
  try {
    child = start();
  } catch (cause) {
    reader.destroy();
    throw cause;
  } finally {
    closeSync(writeEnd);
  }
  const guard = startGuard(child.pid ?? 0);
  const report = textOf(child.stdio[3] as Readable);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('close', (code, signal) =>
      resolve({ exitCode: code ?? 128 + constants.signals[signal!], report: report().trim() }),
    );
    child.on('error', (cause) =>
      reject(new DbgError(`${file} cannot be started: ${cause.message}`, { cause, exitCode: EXIT.cannotRun })),
    );
  }).finally(() => guard.leave());
  return { stdout: reader, stderr: child.stderr!, ended, signal: (signal) => void child.kill(signal) };
}

/** The most characters of a relay's stderr that are kept. */
const MOST_SAID = 4096;

/** Starts a program that carries bytes both ways: see Host.relay. */
export function relay(argv: readonly string[], env: Environment): Relayed {
  const [file, ...args] = argv;
  const child = startBeside(file!, args, { detached: true, cwd: '/', env: { ...env, LC_ALL: 'C' }, stdio: 'pipe' });
  let said = '';
  const add = (text: string) => void (said = (said + text).slice(0, MOST_SAID));
  child.stderr.setEncoding('utf8').on('data', add);
  child.on('error', ({ message }) => {
    add(`${file} cannot be started: ${message}`);
    child.stdout.destroy();
  });
  for (const end of [child.stdin, child.stdout, child.stderr]) end.on('error', () => undefined);
  return { stdin: child.stdin, stdout: child.stdout, said: () => said, kill: () => void child.kill('SIGKILL') };
}
