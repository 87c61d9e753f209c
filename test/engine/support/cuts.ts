import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { execa } from 'execa';
import { beforeEach } from 'vitest';
import type { Lab } from './lab.ts';

/**
 * Waits for its turn, and holds a lock until its stdin ends. A test that waits to be alone stands
 * in the turnstile (8): no other gets past it, so that it is not waited for in vain.
 */
const HOLD = `exec 8>/run/dbg-test-turnstile 9>/run/dbg-test-cuts
flock 8; flock "$1" 9; flock -u 8
echo; cat`;

async function hold(option: '--shared' | '--exclusive'): Promise<() => Promise<void>> {
  const child = spawn('sh', ['-c', HOLD, 'dbg-test', option], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return async () => {
    child.stdin.end();
    await once(child, 'close');
  };
}

/** The longest test with cuts, on a busy machine, is waited for. */
const PATIENCE_MS = 1_800_000;

declare module 'vitest' {
  interface TaskMeta {
    undoesAllCuts?: boolean;
  }
}

/**
 * Options of a test that undoes every cut of the host, flushes its rules, or holds the lock of all
 * cuts: no other makes any meanwhile.
 */
export const ALONE = { meta: { undoesAllCuts: true } } as const;

/** The tests of this file make cuts, which those of another file are not to take away. */
export const makesCuts = () =>
  beforeEach(({ task }) => hold(task.meta.undoesAllCuts === true ? '--exclusive' : '--shared'), PATIENCE_MS);

/** Each test of this file undoes every cut of the host, as one with the options ALONE does. */
export const undoesAllCuts = () => beforeEach(() => hold('--exclusive'), PATIENCE_MS);

/** The processes that guard the cuts of a container. */
export async function cutGuards(lab: Lab, name: string): Promise<number[]> {
  const { stdout } = await execa('pgrep', ['-f', `dbg-cut .*${await lab.docker('inspect', '-f', '{{.Id}}', name)}`]);
  return stdout.split('\n').map(Number);
}
