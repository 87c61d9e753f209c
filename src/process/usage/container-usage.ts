import type { MemoryUse, SwapUse } from '../limits/memory.ts';
import type { OpenFiles } from '../limits/open-files.ts';

/** One container as the engine knows it. */
export interface UsageOwner {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** running, paused, exited, created … "paused" is what the kernel says, not the engine */
  readonly state: string;
  /** ms since the epoch, when this run began; undefined for a container that does not run */
  readonly startedAt: number | undefined;
  /**
   * how often the engine has started it again by its restart policy; undefined for a container that
   * does not run, of which dbg has only seen the engine's list
   */
  readonly restarts: number | undefined;
}

/**
 * What a container uses now, and what it did since the reading before (`intervalMs` ago). A rate is
 * undefined at the first reading. What this kernel does not count, or this user may not read, is
 * undefined. A limit that is not set is null.
 */
export interface ContainerUsage extends UsageOwner {
  /** its first process; undefined for a container that does not run, which uses nothing */
  readonly pid: number | undefined;
  /** between the two readings; undefined at the first one */
  readonly intervalMs: number | undefined;
  readonly cpu: CpuUsage | undefined;
  readonly memory: MemoryUsage | undefined;
  readonly swap: SwapUse | undefined;
  /** undefined where the kernel counts none for this container (cgroup v1, psi=0) */
  readonly pressure: PressureUsage | undefined;
  /** undefined for a container on the host's own network, whose traffic is not its own */
  readonly network: NetworkUsage | undefined;
  readonly io: IoUsage | undefined;
  readonly pids: { readonly used: number; readonly limit: number | null | undefined } | undefined;
  /**
   * of the process with the most open files; undefined where dbg is not root, who alone may look
   */
  readonly openFiles: OpenFiles | undefined;
}

export interface CpuUsage {
  /** in percent of one core: 200 is two cores, kept busy */
  readonly percent: number | undefined;
  /**
   * in how many percent of the periods of its quota it had to wait; undefined without a quota, and
   * 0 in an interval in which it did not want to run
   */
  readonly throttledPercent: number | undefined;
  /** all the CPU time that it was given in this run */
  readonly usedMicroseconds: number;
  readonly limitCpus: number | null | undefined;
}

/**
 * In bytes. `used` is without the cache that can be dropped at once, as `docker stats` counts it.
 */
export interface MemoryUsage extends Pick<MemoryUse, 'used' | 'charged' | 'fileCache' | 'limit'> {
  /** its own limit, or all the memory of this machine: what `docker stats` takes as the limit */
  readonly most: number;
  /** the processes that the kernel has killed for want of memory, in this run */
  readonly oomKills: number | undefined;
  /** of these, since the reading before */
  readonly newOomKills: number;
}

/** In percent of the interval: how long at least one of its tasks waited. */
export interface PressureUsage {
  readonly cpu: number | undefined;
  readonly memory: number | undefined;
  readonly io: number | undefined;
}

/**
 * In bytes and packets: of all its interfaces but lo and those that it made itself, from its own
 * side.
 */
export interface NetworkUsage {
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly receivedPerSecond: number | undefined;
  readonly sentPerSecond: number | undefined;
  /** packets that were thrown away since the interfaces were made, both ways together */
  readonly drops: number;
  readonly errors: number;
  readonly dropsPerSecond: number | undefined;
  readonly errorsPerSecond: number | undefined;
}

/** Of block devices, in bytes. */
export interface IoUsage {
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly readPerSecond: number | undefined;
  readonly writtenPerSecond: number | undefined;
}
