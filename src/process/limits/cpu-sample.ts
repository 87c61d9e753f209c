import type { CgroupFile } from '../../enter/cgroup-files.ts';
import { flatKeyed } from '../../proc/cgroup-values.ts';
import { cpuLimit, cpuTime } from './cpu.ts';

/** A monotonic clock in milliseconds, and a wait on it. */
export interface Timing {
  clock(): number;
  wait(milliseconds: number): Promise<unknown>;
}

/** The least length of a sample: two periods of a quota at the default length of 100 ms. */
const SAMPLE_MS = 200;
/**
 * How often the count of periods is read (LOOK_MS). Two readings with a new period between them
 * count as its end only when they are at most LATE_MS apart.
 */
const LOOK_MS = 2;
const LATE_MS = 10;

/**
 * The length of a sample on a machine too busy for any period's end to be seen in time. One period
 * (100 ms) too many or too few is then an error of a tenth.
 */
const BUSY_MS = 1000;

interface Reading {
  readonly at: number;
  readonly microseconds: number;
  /** how many periods of the quota had begun */
  readonly periods: number | undefined;
}

/**
 * How many CPUs a container keeps busy: the CPU time that it was given, divided by the time between
 * two readings. undefined when the kernel does not count it.
 *
 * With a quota, a container may use all of it at the beginning of each period, on many CPUs at
 * once, and then wait. A sample of a little more than two periods can hold three beginnings, and
 * would show half as much again as the container is ever given. So with a quota the sample lasts
 * from the end of one period to the end of another.
 */
export async function usedCpus(file: CgroupFile, timing: Timing): Promise<number | undefined> {
  const { limitCpus, periodMicroseconds = 0 } = cpuLimit(file);
  const period = limitCpus ? periodMicroseconds / 1000 : 0;
  const first = period > 0 ? await periodEnd(file, timing, period) : { reading: read(file, timing), saw: 'nothing' };
  if (first.reading === undefined) return undefined;
  const length = { end: period * Math.ceil(SAMPLE_MS / period) - LATE_MS, late: BUSY_MS }[first.saw] ?? SAMPLE_MS;
  await timing.wait(Math.max(0, first.reading.at + length - timing.clock()));
  const second = first.saw === 'end' ? (await periodEnd(file, timing, period)).reading : read(file, timing);
  if (second === undefined) return undefined;
  const { at, microseconds } = first.reading;
  return Math.max(0, (second.microseconds - microseconds) / 1000 / Math.max(1, second.at - at));
}

/**
 * The last reading before the end of a period (`saw` is "end"), or the last reading of all where no
 * end is seen in time. There are two reasons for the latter:
 * - The kernel begins no period for a container that does nothing (sched-bwc.rst): `saw` is
 *   "nothing".
 * - On a busy machine every end may be seen too late: `saw` is "late".
 */
async function periodEnd(file: CgroupFile, timing: Timing, period: number) {
  const begun = timing.clock();
  let saw = 'nothing';
  let reading = read(file, timing);
  while (reading && timing.clock() - begun < (saw === 'late' ? BUSY_MS : 2 * period + LATE_MS)) {
    await timing.wait(LOOK_MS);
    const next = read(file, timing);
    if (next && next.periods !== reading.periods) {
      if (next.at - reading.at <= LATE_MS) return { reading, saw: 'end' };
      saw = 'late';
    }
    reading = next;
  }
  return { reading, saw };
}

/**
 * The CPU time is read before the count of periods. Where the count is unchanged, the CPU time was
 * read in the same period.
 */
function read(file: CgroupFile, { clock }: Timing): Reading | undefined {
  const before = clock();
  const microseconds = cpuTime(file);
  const at = (before + clock()) / 2;
  const periods = flatKeyed(file('cpu.stat')).get('nr_periods');
  return microseconds === undefined ? undefined : { at, microseconds, periods };
}
