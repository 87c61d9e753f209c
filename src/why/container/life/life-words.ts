import { duration, shellQuote } from '../../../text.ts';
import type { Evidence } from '../../finding.ts';
import type { LastWords } from '../facts.ts';

/**
 * Signals by number, as on x86 and arm (signal(7)): the name, and what it means for the process
 * that it ended.
 */
const SIGNALS: Readonly<Record<number, readonly [string, string]>> = {
  1: ['SIGHUP', 'hung up'],
  2: ['SIGINT', 'interrupted, as by Ctrl-C'],
  3: ['SIGQUIT', 'told to quit'],
  4: ['SIGILL', 'an instruction that this processor does not have'],
  5: ['SIGTRAP', 'a breakpoint, or an assertion'],
  6: ['SIGABRT', 'it aborted itself: a failed assertion, or memory that it found corrupted'],
  7: ['SIGBUS', 'memory that is not there: a mapped file cut short, or /dev/shm full'],
  8: ['SIGFPE', 'a division by zero'],
  9: ['SIGKILL', 'killed'],
  11: ['SIGSEGV', 'it touched memory that it does not have'],
  13: ['SIGPIPE', 'nobody reads what it writes'],
  15: ['SIGTERM', 'told to end'],
  31: ['SIGSYS', 'a system call that seccomp forbids'],
};
/** The signals that end a program that has gone wrong. Nobody sends them to stop a program. */
export const CRASHES: readonly number[] = [4, 5, 6, 7, 8, 11, 31];

/** The signal that an exit code tells of (128 plus its number); undefined for another code. */
export const signalOf = (exitCode: number): number | undefined =>
  exitCode > 128 && exitCode <= 128 + 64 ? exitCode - 128 : undefined;

export const signalName = (signal: number): string => SIGNALS[signal]?.[0] ?? `signal ${signal}`;

/** An exit code in words. Empty for a code whose meaning is the program's own. */
function exitWords(exitCode: number): string {
  if (exitCode === 126) return 'what it was to run is not executable';
  if (exitCode === 127) return 'a program or library that it was to run was not found';
  if (exitCode === 255)
    return 'its program ended with -1, or the engine found it gone when the engine itself was started';
  const signal = signalOf(exitCode);
  if (signal === undefined) return '';
  const [name = `signal ${signal}`, meaning] = SIGNALS[signal] ?? [];
  return meaning === undefined ? name : `${name}: ${meaning}`;
}

/** "exit code 3", "exit code 139 (SIGSEGV: …)". */
export function exitText(exitCode: number): string {
  const words = exitWords(exitCode);
  return `exit code ${exitCode}${words && ` (${words})`}`;
}

/** How long something lived. Below one second, in ms. */
export const lifetime = (milliseconds: number): string =>
  milliseconds < 1000 ? `${Math.max(0, Math.round(milliseconds))} ms` : duration(milliseconds);

/** A longer line is cut, because a container may print anything. */
const MOST_CHARACTERS = 200;

/** The last lines that a container printed, as evidence. */
export function lastWordsSeen(name: string, { lines, refusal }: LastWords): Evidence[] {
  const command = `docker logs --tail 50 ${shellQuote(name)}`;
  if (refusal !== undefined) return [{ seen: `what it said last cannot be read: ${refusal}`, command }];
  if (lines.length === 0) return [{ seen: 'it said nothing', command }];
  // A container that dies again and again prints the same lines each time.
  return [...new Set(lines)].map((line) => ({ seen: `it said: ${cut(line)}`, command }));
}

export const cut = (line: string): string =>
  line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}…` : line;

export const inspectCommand = (name: string, format: string): string =>
  `docker inspect -f '${format}' ${shellQuote(name)}`;

/** What the engine remembers of the container, as evidence. */
export const eventsSeen = (name: string, seen: string): Evidence => ({
  seen,
  command: `docker events --since 1h --until 0s --filter container=${shellQuote(name)}`,
});
