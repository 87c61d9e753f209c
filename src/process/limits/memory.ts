import type { CgroupFile } from '../../enter/cgroup-files.ts';
import { amount, count, flatKeyed } from '../../proc/cgroup-values.ts';

/**
 * Use of memory, in bytes. A limit that is not set is null. What the kernel does not offer is
 * undefined.
 */
export interface MemoryUse {
  /**
   * as `docker stats` counts it: `charged` without the inactive file cache, which can be dropped at
   * once
   */
  readonly used: number;
  /** all memory that counts against the limit */
  readonly charged: number;
  /**
   * the part of `charged` that is file cache; the kernel takes it back before it kills a process
   */
  readonly fileCache: number;
  readonly limit: number | null | undefined;
  readonly reservation: number | null | undefined;
  readonly peak: number | undefined;
  /**
   * how often the limit was reached; with v1 this includes the limit on memory and swap together
   */
  readonly limitHits: number | undefined;
  readonly oomKills: number | undefined;
}

export interface SwapUse {
  readonly used: number;
  readonly limit: number | null | undefined;
}

/** The part of it that is of interest from moment to moment: each file read costs time. */
export type MemoryNow = Pick<MemoryUse, 'used' | 'charged' | 'fileCache' | 'limit' | 'oomKills'>;

/** Reads cgroup-v2.rst, "Memory Interface Files"; for v1 cgroup-v1/memory.rst. */
export function memoryUse(file: CgroupFile): MemoryUse | undefined {
  const now = memoryNow(file);
  if (now === undefined) return undefined;
  const isV2 = isMemoryOfV2(file);
  return {
    ...now,
    reservation: isV2 ? noneIfZero(amount(file('memory.low'))) : amount(file('memory.soft_limit_in_bytes')),
    peak: count(file(isV2 ? 'memory.peak' : 'memory.max_usage_in_bytes')),
    limitHits: isV2 ? flatKeyed(file('memory.events')).get('max') : limitHitsOfV1(file),
  };
}

/** The same for the values that are of interest from moment to moment. */
export function memoryNow(file: CgroupFile): MemoryNow | undefined {
  const isV2 = isMemoryOfV2(file);
  const charged = count(file(isV2 ? 'memory.current' : 'memory.usage_in_bytes'));
  if (charged === undefined) return undefined;
  const stat = flatKeyed(file('memory.stat'));
  // The docker command counts it like this (calculateMemUsageUnixNoCache).
  const dropped = stat.get(isV2 ? 'inactive_file' : 'total_inactive_file') ?? 0;
  const kept = stat.get(isV2 ? 'active_file' : 'total_active_file') ?? 0;
  return {
    used: dropped < charged ? charged - dropped : charged,
    charged,
    fileCache: Math.min(charged, dropped + kept),
    limit: amount(file(isV2 ? 'memory.max' : 'memory.limit_in_bytes')),
    oomKills: flatKeyed(file(isV2 ? 'memory.events' : 'memory.oom_control')).get('oom_kill'),
  };
}

const isMemoryOfV2 = (file: CgroupFile) => file('memory.current') !== undefined;

// The number of times that a limit of v1 was reached: memory's own and the one on memory and swap
// together. The kernel tries the joint limit first, so where both are the same (no swap) memory's
// own counter stays 0. Linux 6.18 does not count the joint limit.
function limitHitsOfV1(file: CgroupFile): number | undefined {
  const hits = count(file('memory.failcnt'));
  return hits === undefined ? undefined : hits + (count(file('memory.memsw.failcnt')) ?? 0);
}

// With v2, "no reservation" is 0.
const noneIfZero = (value: number | null | undefined) => (value === 0 ? null : value);

/**
 * Use of swap. v2 counts swap alone. v1 counts memory and swap together (memsw), and on older
 * kernels only with the boot option swapaccount.
 */
export function swapUse(file: CgroupFile): SwapUse | undefined {
  const current = count(file('memory.swap.current'));
  if (current !== undefined) return { used: current, limit: amount(file('memory.swap.max')) };
  const both = amount(file('memory.memsw.limit_in_bytes'));
  const memory = amount(file('memory.limit_in_bytes'));
  const stat = flatKeyed(file('memory.stat'));
  const used = stat.get('total_swap') ?? stat.get('swap');
  if (both === undefined || used === undefined) return undefined;
  return { used, limit: both === null || typeof memory !== 'number' ? null : Math.max(0, both - memory) };
}
