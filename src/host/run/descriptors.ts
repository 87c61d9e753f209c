import { closeSync, openSync } from 'node:fs';
import { DbgError } from '../../errors.ts';

/** Three pipes of two ends each, what libuv hears through whether the child's execvp(3) failed, and /dev/null. */
const FOR_A_PROGRAM = 12;

/**
 * Throws a DbgError where a program could not be started for want of file descriptors. Node's spawn gives a child without its streams then
 * (EMFILE), and its error comes when whoever wanted them has failed: nobody listens, which ends dbg. 40 µs.
 */
export function requireDescriptors(): void {
  const opened: number[] = [];
  try {
    while (opened.length < FOR_A_PROGRAM) opened.push(openSync('/dev/null', 'r'));
  } catch (cause) {
    throw new DbgError('dbg may open no more files', {
      cause,
      next: [{ what: 'how many it may', command: 'ulimit -n' }],
    });
  } finally {
    opened.forEach(closeSync);
  }
}
