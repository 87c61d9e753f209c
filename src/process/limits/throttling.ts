import type { Host } from '../../host/host.ts';
import { flatKeyed } from '../../proc/cgroup-values.ts';
import type { Subject } from '../subject.ts';
import { cgroupFiles } from '../../enter/cgroup-files.ts';
import { cpuLimit } from './cpu.ts';
import type { Timing } from './cpu-sample.ts';

/**
 * In how many periods of its quota a container wanted to run, and in how many of those it was
 * throttled: it had to wait (sched-bwc.rst).
 */
export interface Throttling {
  readonly periods: number;
  readonly throttled: number;
}

/** The length of a sample: five periods of the default length (100 ms). */
const SAMPLE_MS = 500;

/**
 * Counts the throttling while dbg looks, because the kernel's own counts are over the container's
 * whole life. undefined where the container has no quota.
 */
export async function throttlingOf(host: Host, subject: Subject, { wait }: Timing): Promise<Throttling | undefined> {
  const file = cgroupFiles(host, subject);
  // The kernel shows the counts without a quota too, so they do not tell whether there is one.
  if (file === undefined || !cpuLimit(file).limitCpus) return undefined;
  const read = () => flatKeyed(file('cpu.stat'));
  const before = read();
  await wait(SAMPLE_MS);
  const after = read();
  const counted = (key: string) => Math.max(0, (after.get(key) ?? 0) - (before.get(key) ?? 0));
  return { periods: counted('nr_periods'), throttled: counted('nr_throttled') };
}
