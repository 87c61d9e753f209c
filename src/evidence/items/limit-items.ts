import type { Limits } from '../../process/limits/container-limits.ts';
import type { Item } from '../container-evidence.ts';
import { amountItem, bounded, plain } from './item.ts';

/** The limits that the kernel holds a container to, and how much of each it uses. */
export function limitItems({ memory, swap, cpu, pids, io }: Limits, own: ReadonlyMap<string, string>): Item[] {
  return bounded([
    ...amountItem('memory limit, in bytes', memory?.limit),
    ...amountItem('memory reservation, in bytes', memory?.reservation),
    ...amountItem('memory used, in bytes', memory?.used, 'measure'),
    ...amountItem('processes killed for want of memory', memory?.oomKills),
    ...amountItem('swap limit, in bytes', swap?.limit),
    ...amountItem('swap used, in bytes', swap?.used, 'measure'),
    ...amountItem('CPU limit, in CPUs', cpu?.limitCpus),
    ...amountItem('CPU shares', cpu?.shares),
    ...amountItem('CPU weight', cpu?.weight),
    ...(cpu?.cpuset === undefined ? [] : [plain('CPUs that it may run on', cpu.cpuset)]),
    ...amountItem('CPUs used', cpu && Math.round(cpu.usedCpus * 100) / 100, 'measure'),
    ...amountItem('periods in which it was throttled', cpu?.throttledPeriods, 'measure'),
    ...amountItem('process limit', pids?.limit),
    ...amountItem('processes and threads', pids?.used, 'measure'),
    ...amountItem('forks that failed at the limit', pids?.limitHits),
    ...(io ?? []).flatMap(({ name, number, ...device }) => [
      ...ioItem(`${name ?? number} reads, in bytes per second`, device.readBytesLimit),
      ...ioItem(`${name ?? number} writes, in bytes per second`, device.writtenBytesLimit),
      ...ioItem(`${name ?? number} reads per second`, device.readsLimit),
      ...ioItem(`${name ?? number} writes per second`, device.writesLimit),
    ]),
    ...[...own].map(([name, value]) => plain(`first process: ${name}`, value)),
  ]);
}

/** A device is listed once it was used, so only its limits tell containers apart. */
const ioItem = (name: string, value: number | null | undefined) => (value ? amountItem(name, value) : []);
