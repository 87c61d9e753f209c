import { closeSync, openSync } from 'node:fs';
import { DbgError } from '../../errors.ts';

/**
 * Three pipes of two ends each, the pipe by which libuv learns whether the child's execvp(3)
 * failed, and /dev/null.
 */
const FOR_A_PROGRAM = 12;

/**
 * Throws a DbgError when too few file descriptors are left to start a program. Otherwise Node's
 * spawn would give a child without streams (EMFILE). The code that wants the streams fails first,
 * so nobody listens when the child's error comes, and that ends dbg. The check takes 40 µs.
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
