import { closeSync, openSync } from 'node:fs';
import { DbgError } from '../errors.ts';

/** Three pipes of two ends each, what spawn(3) hears of the child's exec through, and /dev/null. */
const FOR_A_PROGRAM = 12;

/**
 * Throws a DbgError where a program could not be started for want of file descriptors. Node's spawn gives a child without its streams then
 * (EMFILE), before anybody can listen for its error, which ends dbg. 40 µs.
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
