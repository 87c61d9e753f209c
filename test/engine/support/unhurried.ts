import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';

/** From so many tasks for each processor on, each of them gets a quarter of its time. */
const OVERLOAD = 4;

/**
 * The options that let `dbg why` wait for its facts on a machine that other programs keep busy;
 * none where it answers within its 5 s.
 */
export const unhurried = (): string[] => {
  // Tasks that run or wait now (proc_loadavg(5)): the average of a minute comes too late.
  const [now = 0] = [/ (\d+)\//.exec(readFileSync('/proc/loadavg', 'utf8'))?.[1]].map(Number);
  return Math.max(now, loadavg()[0]!) > OVERLOAD * availableParallelism() ? ['--timeout', '20s'] : [];
};
