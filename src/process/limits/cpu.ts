import type { CgroupFile } from '../../enter/cgroup-files.ts';
import { amount, count, flatKeyed } from '../../proc/cgroup-values.ts';

/** Use of the CPU. A limit that is not set is null. What the kernel does not offer is undefined. */
export interface CpuUse {
  /** all the CPU time that the container was given */
  readonly usedMicroseconds: number;
  /** the quota divided by the period, as `docker run --cpus` sets it */
  readonly limitCpus: number | null | undefined;
  readonly quotaMicroseconds: number | null | undefined;
  readonly periodMicroseconds: number | undefined;
  /** v1, set by `docker run --cpu-shares`; 1024 by default */
  readonly shares: number | undefined;
  /** v2, which the engine computes from --cpu-shares; 100 by default */
  readonly weight: number | undefined;
  /** the CPUs that the container may run on: "0-3,7" */
  readonly cpuset: string | undefined;
  /**
   * `periods`: those in which it wanted to run; the next two: in how many it had to wait, and for
   * how long
   */
  readonly periods: number | undefined;
  readonly throttledPeriods: number | undefined;
  readonly throttledMicroseconds: number | undefined;
}

/**
 * Reads cgroup-v2.rst, "CPU Interface Files"; for v1 scheduler/sched-bwc.rst and
 * cgroup-v1/{cpuacct,cpusets}.rst.
 */
export function cpuUse(file: CgroupFile): CpuUse | undefined {
  const usedMicroseconds = cpuTime(file);
  if (usedMicroseconds === undefined) return undefined;
  const stat = flatKeyed(file('cpu.stat'));
  const throttledNanoseconds = stat.get('throttled_time');
  return {
    usedMicroseconds,
    ...cpuLimit(file),
    shares: count(file('cpu.shares')),
    weight: count(file('cpu.weight')),
    cpuset: firstText(file, ['cpuset.cpus.effective', 'cpuset.effective_cpus', 'cpuset.cpus']),
    periods: stat.get('nr_periods'),
    throttledPeriods: stat.get('nr_throttled'),
    throttledMicroseconds:
      stat.get('throttled_usec') ?? (throttledNanoseconds && Math.round(throttledNanoseconds / 1000)),
  };
}

/**
 * The CPU time that a container was given, in microseconds. v1 counts it in nanoseconds, in a
 * controller of its own (cpuacct).
 */
export function cpuTime(file: CgroupFile): number | undefined {
  const nanoseconds = count(file('cpuacct.usage'));
  return nanoseconds === undefined ? flatKeyed(file('cpu.stat')).get('usage_usec') : Math.round(nanoseconds / 1000);
}

/** How much CPU time a container may use. A limit that is not set is null. */
export function cpuLimit(file: CgroupFile): Pick<CpuUse, 'limitCpus' | 'quotaMicroseconds' | 'periodMicroseconds'> {
  // cpu.max of v2: "50000 100000" or "max 100000".
  const [max, ofPeriod] = file('cpu.max')?.split(' ') ?? [];
  const quotaMicroseconds = amount(max ?? file('cpu.cfs_quota_us'));
  const periodMicroseconds = count(ofPeriod ?? file('cpu.cfs_period_us'));
  const limitCpus =
    quotaMicroseconds && periodMicroseconds ? quotaMicroseconds / periodMicroseconds : quotaMicroseconds;
  return { limitCpus, quotaMicroseconds, periodMicroseconds };
}

const firstText = (file: CgroupFile, names: readonly string[]): string | undefined =>
  names.map((name) => file(name)?.trim()).find(Boolean);
