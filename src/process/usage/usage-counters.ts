import type { CgroupFile } from '../../enter/cgroup-files.ts';
import { amount, count, flatKeyed } from '../../proc/cgroup-values.ts';
import { type DeviceTraffic, parseTraffic } from '../../proc/net-traffic.ts';
import { type Resource, RESOURCES } from '../limits/container-limits.ts';
import { cpuLimit, cpuTime } from '../limits/cpu.ts';
import { ioBytes } from '../limits/io.ts';
import { type MemoryNow, memoryNow, swapUse, type SwapUse } from '../limits/memory.ts';
import { waitedMicroseconds } from '../limits/pressure.ts';

/** What the kernel has counted for a container at one moment. undefined: it does not count that. */
export interface UsageCounters {
  /** when the CPU time was read, by a clock that nobody sets, in ms */
  readonly at: number;
  readonly cpu:
    | {
        readonly usedMicroseconds: number;
        readonly limitCpus: number | null | undefined;
        /** counted only while there is a limit */
        readonly periods: number;
        readonly throttledPeriods: number;
      }
    | undefined;
  readonly memory: MemoryNow | undefined;
  readonly swap: SwapUse | undefined;
  readonly pids: { readonly used: number; readonly limit: number | null | undefined } | undefined;
  readonly io: { readonly readBytes: number; readonly writtenBytes: number } | undefined;
  /** in microseconds: how long at least one task has waited */
  readonly pressure: Readonly<Partial<Record<Resource, number>>>;
  readonly traffic: ReadonlyMap<string, DeviceTraffic> | undefined;
  /** whether it is paused; undefined where this kernel shows no freezer for it */
  readonly isFrozen: boolean | undefined;
}

/**
 * Reads the counters of a container from the files of its cgroup, v1 or v2, and from the text of
 * /proc/PID/net/dev. undefined when the cgroup is gone.
 */
export function readCounters(
  readFile: CgroupFile,
  netDev: string | undefined,
  clock: () => number,
): UsageCounters | undefined {
  const file = readOnce(readFile);
  const before = clock();
  const usedMicroseconds = cpuTime(file);
  const at = (before + clock()) / 2;
  const memory = memoryNow(file);
  const used = count(file('pids.current'));
  const pids = used === undefined ? undefined : { used, limit: amount(file('pids.max')) };
  if (usedMicroseconds === undefined && memory === undefined && pids === undefined) return undefined;
  return {
    at,
    cpu: usedMicroseconds === undefined ? undefined : { usedMicroseconds, ...periodsOf(file) },
    memory,
    swap: swapUse(file),
    pids,
    io: ioBytes(file),
    pressure: pressureTotals(file),
    traffic: netDev === undefined ? undefined : ownTraffic(netDev),
    isFrozen: isFrozen(file),
  };
}

/**
 * By v1's freezer (cgroup-v1/freezer-subsystem.rst), or v2's own (cgroup-v2.rst, cgroup.events).
 */
function isFrozen(file: CgroupFile): boolean | undefined {
  const state = file('freezer.state');
  if (state !== undefined) return /^FR(OZEN|EEZING)/.test(state);
  const frozen = flatKeyed(file('cgroup.events')).get('frozen');
  return frozen === undefined ? undefined : frozen === 1;
}

/** Reads each file at most once: several values are in one, and all are to be of one moment. */
function readOnce(file: CgroupFile): CgroupFile {
  const texts = new Map<string, string | undefined>();
  return (name) => {
    if (!texts.has(name)) texts.set(name, file(name));
    return texts.get(name);
  };
}

/** Without a limit nothing is throttled, and v1's cpu.stat, which has nothing else, is not read. */
function periodsOf(file: CgroupFile) {
  const { limitCpus } = cpuLimit(file);
  if (!limitCpus) return { limitCpus, periods: 0, throttledPeriods: 0 };
  const stat = flatKeyed(file('cpu.stat'));
  return { limitCpus, periods: stat.get('nr_periods') ?? 0, throttledPeriods: stat.get('nr_throttled') ?? 0 };
}

function pressureTotals(file: CgroupFile): UsageCounters['pressure'] {
  const totals = RESOURCES.flatMap((resource) => {
    const total = waitedMicroseconds(file(`${resource}.pressure`));
    return total === undefined ? [] : [[resource, total] as const];
  });
  return Object.fromEntries(totals);
}

/**
 * The interfaces that the engine gave the container. Left out are lo, and what a container that has
 * containers of its own makes: their bridges, and the ends of their wires.
 */
function ownTraffic(text: string): ReadonlyMap<string, DeviceTraffic> {
  return new Map([...parseTraffic(text)].filter(([name]) => !/^(lo$|veth|docker|br-|virbr|cni|podman)/.test(name)));
}
