import type { Limits } from '../../process/limits/container-limits.ts';
import type { Entry } from '../container-evidence.ts';
import { amountEntry, bounded, plain } from './entry.ts';

/** The limits that the kernel holds a container to, and how much of each it uses. */
export function limitEntries({ memory, swap, cpu, pids, io }: Limits, own: ReadonlyMap<string, string>): Entry[] {
  return bounded([
    ...amountEntry('memory limit, in bytes', memory?.limit),
    ...amountEntry('memory reservation, in bytes', memory?.reservation),
    ...amountEntry('memory used, in bytes', memory?.used, 'measure'),
    ...amountEntry('processes killed for want of memory', memory?.oomKills),
    ...amountEntry('swap limit, in bytes', swap?.limit),
    ...amountEntry('swap used, in bytes', swap?.used, 'measure'),
    ...amountEntry('CPU limit, in CPUs', cpu?.limitCpus),
    ...amountEntry('CPU shares', cpu?.shares),
    ...amountEntry('CPU weight', cpu?.weight),
    ...(cpu?.cpuset === undefined ? [] : [plain('CPUs that it may run on', cpu.cpuset)]),
    ...amountEntry('CPUs used', cpu && Math.round(cpu.usedCpus * 100) / 100, 'measure'),
    ...amountEntry('periods in which it was throttled', cpu?.throttledPeriods, 'measure'),
    ...amountEntry('process limit', pids?.limit),
    ...amountEntry('processes and threads', pids?.used, 'measure'),
    ...amountEntry('forks that failed at the limit', pids?.limitHits),
    ...(io ?? []).flatMap(({ name, number, ...device }) => [
      ...ioEntry(`${name ?? number} reads, in bytes per second`, device.readBytesLimit),
      ...ioEntry(`${name ?? number} writes, in bytes per second`, device.writtenBytesLimit),
      ...ioEntry(`${name ?? number} reads per second`, device.readsLimit),
      ...ioEntry(`${name ?? number} writes per second`, device.writesLimit),
    ]),
    ...[...own].map(([name, value]) => plain(`first process: ${name}`, value)),
  ]);
}

/** A device is listed once it was used, so only its limits tell containers apart. */
const ioEntry = (name: string, value: number | null | undefined) => (value ? amountEntry(name, value) : []);
