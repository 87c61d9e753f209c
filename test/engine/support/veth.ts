import { expect } from 'vitest';
import { dbg } from './dbg.ts';

/** Runs `dbg veth`, which must succeed; gives its stdout. */
export async function does(...args: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await dbg(['veth', ...args]);
  expect(exitCode, String(stderr)).toBe(0);
  return String(stdout);
}
