import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { DbgError } from '../../errors.ts';

/**
 * The file descriptors that starting a program takes: three pipes of two ends each, the pipe by
 * which libuv learns whether the child's execvp(3) failed, and /dev/null.
 */
const FOR_A_PROGRAM = 12;
/** How many of them stay open while the program runs: dbg's ends of its pipes. */
const STAY_OPEN = 3;

const starting = (programs: number) =>
  ((...given: Parameters<typeof spawn>) => {
    requireDescriptors(programs);
    return spawn(...given);
  }) as typeof spawn;

/**
 * Starts a program, by Node's spawn. Throws a DbgError when too few descriptors are left for it and
 * for one more program that is started at once beside it (its guard, or what reads it): so none is
 * started without the other.
 */
export const startProgram = starting(2);

/** Starts a program beside another one; throws a DbgError when too few descriptors are left. */
export const startBeside = starting(1);

/**
 * Throws a DbgError when too few file descriptors are left to start programs. Otherwise Node's
 * spawn would give a child without streams (EMFILE). The code that wants the streams fails first,
 * so nobody listens when the child's error comes, and that ends dbg. The check takes 40 µs a
 * program.
 */
export function requireDescriptors(programs = 1): void {
  const opened: number[] = [];
  try {
    while (opened.length < FOR_A_PROGRAM + (programs - 1) * STAY_OPEN) opened.push(openSync('/dev/null', 'r'));
  } catch (cause) {
    throw new DbgError('dbg may open no more files', {
      cause,
      next: [{ what: 'how many it may', command: 'ulimit -n' }],
    });
  } finally {
    opened.forEach(closeSync);
  }
}
