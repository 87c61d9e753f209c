import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Environment } from '../context.ts';
import { DbgError, EXIT } from '../errors.ts';
import { groupWitness } from './group-witness.ts';
import type { Signals } from './host.ts';

/** Runs a program with the person's terminal, pipes and files; see Host.run. */
export async function runOnTerminal(argv: readonly string[], env: Environment, signals: Signals): Promise<number> {
  const [file, ...args] = argv;
  // Listened to before the program is there: one that comes in between is its, and not dbg's end.
  const arrived: NodeJS.Signals[] = [];
  let handOn = (signal: NodeJS.Signals) => void arrived.push(signal);
  const stop = signals((signal) => handOn(signal));

  // stdio 'inherit' and the same process group: the kernel sees the program on the person's terminal, so Ctrl-Z, resize and
  // job control need no help, and a pipe's bytes never pass through dbg.
  const child = spawn(file!, args, { stdio: 'inherit', env });
  const ended = new Promise<number>((resolve, reject) => {
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
    child.on('error', (cause) =>
      reject(new DbgError(`${file} cannot be started: ${cause.message}`, { cause, exitCode: EXIT.cannotRun })),
    );
  });

  const witness = groupWitness();
  handOn = (signal) => void witness.hasSeen(signal).then((seen) => seen || child.kill(signal));
  for (const signal of arrived) child.kill(signal);
  try {
    return await ended;
  } finally {
    witness.end();
    stop();
  }
}
