import type { CgroupFile } from '../../enter/cgroup-files.ts';
import { amount, count, flatKeyed } from '../../proc/cgroup-values.ts';

/** In bytes. A limit that is not set is null; what the kernel does not offer is undefined. */
export interface MemoryUse {
  /** as `docker stats` counts it: without the file cache that can be dropped at once */
  readonly used: number;
  /** all that is counted against the limit */
  readonly charged: number;
  /** what of it is file cache: the kernel takes it back before it kills anything */
  readonly fileCache: number;
  readonly limit: number | null | undefined;
  readonly reservation: number | null | undefined;
  readonly peak: number | undefined;
  /** how often the limit was reached; with v1 also the one on memory and swap together */
  readonly limitHits: number | undefined;
  readonly oomKills: number | undefined;
}

export interface SwapUse {
  readonly used: number;
  readonly limit: number | null | undefined;
}

/** cgroup-v2.rst, "Memory Interface Files"; for v1 cgroup-v1/memory.rst. */
export function memoryUse(file: CgroupFile): MemoryUse | undefined {
  const isV2 = file('memory.current') !== undefined;
  const charged = count(file(isV2 ? 'memory.current' : 'memory.usage_in_bytes'));
  if (charged === undefined) return undefined;
  const stat = flatKeyed(file('memory.stat'));
  const events = flatKeyed(file(isV2 ? 'memory.events' : 'memory.oom_control'));
  // As docker's command line counts (calculateMemUsageUnixNoCache).
  const dropped = stat.get(isV2 ? 'inactive_file' : 'total_inactive_file') ?? 0;
  const kept = stat.get(isV2 ? 'active_file' : 'total_active_file') ?? 0;
  return {
    used: dropped < charged ? charged - dropped : charged,
    charged,
    fileCache: Math.min(charged, dropped + kept),
    limit: amount(file(isV2 ? 'memory.max' : 'memory.limit_in_bytes')),
    reservation: isV2 ? noneIfZero(amount(file('memory.low'))) : amount(file('memory.soft_limit_in_bytes')),
    peak: count(file(isV2 ? 'memory.peak' : 'memory.max_usage_in_bytes')),
    limitHits: isV2 ? events.get('max') : limitHitsOfV1(file),
    oomKills: events.get('oom_kill'),
  };
}

// The limit on both is tried first: where it is the same as memory's (no swap), memory's own counter stays 0; and Linux 6.18 does not
// count that of both.
function limitHitsOfV1(file: CgroupFile): number | undefined {
  const hits = count(file('memory.failcnt'));
  return hits === undefined ? undefined : hits + (count(file('memory.memsw.failcnt')) ?? 0);
}

// v2's "no reservation" is 0.
const noneIfZero = (value: number | null | undefined) => (value === 0 ? null : value);

/** v2 counts swap alone, v1 memory and swap together (memsw), and only with the boot option swapaccount on older kernels. */
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
