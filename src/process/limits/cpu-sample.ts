import type { CgroupFile } from '../../enter/cgroup-files.ts';
import { flatKeyed } from '../../proc/cgroup-values.ts';
import { cpuLimit, cpuTime } from './cpu.ts';

/** A clock in milliseconds that nobody sets, and a way to let it go on. */
export interface Timing {
  clock(): number;
  wait(milliseconds: number): Promise<unknown>;
}

/** Long enough for a quota's period to be there twice (100 ms unless set). */
const SAMPLE_MS = 200;
/**
 * How often it is looked whether a period has ended, and how late that may be seen, for the reading
 * before to be of its end.
 */
const LOOK_MS = 2;
const LATE_MS = 10;

/**
 * Where a machine is so busy that no end is seen in time: one period too much or too little is a
 * tenth then.
 */
const BUSY_MS = 1000;

interface Reading {
  readonly at: number;
  readonly microseconds: number;
  /** how many periods of its quota had begun */
  readonly periods: number | undefined;
}

/**
 * How many CPUs a container keeps busy: the time that it was given, by the time that went by
 * between the two readings. undefined when the kernel does not count it.
 *
 * With a quota a container may use all of it at the beginning of each period, on many CPUs at once,
 * and wait for the rest: a sample of two periods and a bit holds three beginnings, half as much
 * again as it is ever given. So such a sample goes from the end of a period to the end of another.
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
 * The last reading before a period's end, or the last of all: the kernel begins no period for a
 * container that does nothing (sched-bwc.rst), and on a busy machine all ends may be seen too late.
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

/** The time that was used is read before the periods: where these are as before, so is that. */
function read(file: CgroupFile, { clock }: Timing): Reading | undefined {
  const before = clock();
  const microseconds = cpuTime(file);
  const at = (before + clock()) / 2;
  const periods = flatKeyed(file('cpu.stat')).get('nr_periods');
  return microseconds === undefined ? undefined : { at, microseconds, periods };
}
