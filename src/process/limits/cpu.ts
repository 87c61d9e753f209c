import type { CgroupFile } from '../../enter/cgroup-files.ts';
import { amount, count, flatKeyed } from '../../proc/cgroup-values.ts';

/** A limit that is not set is null; what the kernel does not offer is undefined. Times are in microseconds. */
export interface CpuUse {
  /** all the time that the container was given on a CPU */
  readonly usedMicroseconds: number;
  /** `docker run --cpus`: quota by period */
  readonly limitCpus: number | null | undefined;
  readonly quotaMicroseconds: number | null | undefined;
  readonly periodMicroseconds: number | undefined;
  /** v1: `docker run --cpu-shares`; 1024 unless set */
  readonly shares: number | undefined;
  /** v2: what the engine made of --cpu-shares; 100 unless set */
  readonly weight: number | undefined;
  /** the CPUs it may run on, "0-3,7" */
  readonly cpuset: string | undefined;
  /** the periods in which it wanted to run, those in which it had to wait, and for how long */
  readonly periods: number | undefined;
  readonly throttledPeriods: number | undefined;
  readonly throttledMicroseconds: number | undefined;
}

/** cgroup-v2.rst, "CPU Interface Files"; for v1 scheduler/sched-bwc.rst and cgroup-v1/{cpuacct,cpusets}.rst. */
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

/** v1 counts in nanoseconds, in a controller of its own. */
export function cpuTime(file: CgroupFile): number | undefined {
  const nanoseconds = count(file('cpuacct.usage'));
  return nanoseconds === undefined ? flatKeyed(file('cpu.stat')).get('usage_usec') : Math.round(nanoseconds / 1000);
}

/** What it may use. */
export function cpuLimit(file: CgroupFile): Pick<CpuUse, 'limitCpus' | 'quotaMicroseconds' | 'periodMicroseconds'> {
  // v2: "50000 100000" or "max 100000"
  const [max, ofPeriod] = file('cpu.max')?.split(' ') ?? [];
  const quotaMicroseconds = amount(max ?? file('cpu.cfs_quota_us'));
  const periodMicroseconds = count(ofPeriod ?? file('cpu.cfs_period_us'));
  const limitCpus =
    quotaMicroseconds && periodMicroseconds ? quotaMicroseconds / periodMicroseconds : quotaMicroseconds;
  return { limitCpus, quotaMicroseconds, periodMicroseconds };
}

const firstText = (file: CgroupFile, names: readonly string[]): string | undefined =>
  names.map((name) => file(name)?.trim()).find(Boolean);
