import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { DbgError, EXIT } from '../../errors.ts';
import { startGuard } from './tool-guard.ts';
import type { Ended, RunOptions, Signals } from '../host.ts';
import type { LentStreams } from '../lent-streams.ts';
import { LEASH_VARIABLE, openLeash, type Leash } from './leash.ts';
import { followStops } from './stand-still.ts';
import { startProgram } from './start-program.ts';
import type { Witness } from './witness.ts';

interface Beside {
  readonly signals: Signals;
  /**
   * Started before the program. A program that is quicker than the witness could get a signal to
   * the group that the witness does not see.
   */
  readonly witness: Witness;
  readonly streams: LentStreams | undefined;
}

/** Runs a program with the person's terminal, pipes and files: see Host.run. */
export async function runOnTerminal(
  argv: readonly string[],
  { env = {}, isDbg = false, isAside = false }: RunOptions,
  { signals, witness, streams }: Beside,
): Promise<Ended> {
  const [file, ...args] = argv;
  // dbg listens for signals before the program is there. A signal that comes in between is for the
  // program, and does not end dbg.
  const arrived: NodeJS.Signals[] = [];
  let handOn = (signal: NodeJS.Signals): unknown => arrived.push(signal);
  const stop = signals.on((signal) => handOn(signal));

  let leash: Leash | undefined;
  // stdio 'inherit' and the same process group: to the kernel, the program is on the person's
  // terminal. So Ctrl-Z, resizing and job control need no help, and a pipe's bytes never pass
  // through dbg.
  const lent = await streams?.();
  const [stdin, stdout, stderr] = lent?.descriptors ?? [0, 1, 2];
  const start = () =>
    startProgram(file!, args, {
      stdio: isAside ? [stdin, stdout, 'pipe', stderr] : [stdin, stdout, stderr, 'pipe'],
      env: { ...env, ...(leash && { [LEASH_VARIABLE]: leash.key }), ...(isAside && { DBG_ASIDE: '1' }) },
    });
  let child: ReturnType<typeof start>;
  try {
    leash = isDbg ? await openLeash() : undefined;
    child = start();
  } catch (cause) {
    witness.end();
    leash?.end();
    stop();
    throw cause;
  } finally {
    lent?.started();
  }
  witness.begin(child.pid ?? 0);
  const report = textOf(child.stdio[isAside ? 2 : 3] as Readable);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('close', (code, signal) =>
      resolve({
        exitCode: code ?? 128 + constants.signals[signal!],
        report: leash?.wasTaken() ? 'taken' : report().trim(),
      }),
    );
    child.on('error', (cause) =>
      reject(new DbgError(`${file} cannot be started: ${cause.message}`, { cause, exitCode: EXIT.cannotRun })),
    );
  });

  // The guard starts while nsenter and its script are at work, so it costs the program no time.
  const guard = startGuard(child.pid ?? 0);
  const unfollow = followStops(child.pid ?? 0, signals);
  let passed = 0;
  const pass = (signal: NodeJS.Signals) => (leash ? leash.send(signal) : send(signals, child.pid ?? 0, signal));
  handOn = async (signal) => {
    if (await witness.hasSeen(signal)) return;
    await guard.list();
    passed = constants.signals[signal];
    pass(signal);
  };
  arrived.forEach(pass);
  try {
    const end = await ended;
    await lent?.ended();
    if (passed > 0 && end.exitCode === 128 + passed) guard.sweep();
    return end;
  } finally {
    unfollow();
    guard.leave();
    witness.end();
    leash?.end();
    stop();
  }
}

/**
 * Gives the text that a stream has brought so far: its end, where it is long. The program closes
 * its end before the tool begins, or when it ends.
 */
export function textOf(stream: Readable): () => string {
  const decoder = new TextDecoder();
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += decoder.decode(chunk, { stream: true });
    // The word that says how it ended comes last.
    if (text.length > 2 * MOST_CHARACTERS) text = text.slice(-MOST_CHARACTERS);
  });
  stream.on('error', () => undefined);
  return () => text.slice(-MOST_CHARACTERS);
}

/** Far more than what a program that is in order says. */
const MOST_CHARACTERS = 16_384;

function send(signals: Signals, pid: number, signal: NodeJS.Signals): void {
  try {
    signals.send(pid, signal);
  } catch {
    // The program has ended already.
  }
}
