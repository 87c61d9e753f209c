import type { DeviceTraffic } from '../../proc/net-traffic.ts';
import type { OpenFiles } from '../limits/open-files.ts';
import type {
  ContainerUsage,
  CpuUsage,
  IoUsage,
  MemoryUsage,
  NetworkUsage,
  PressureUsage,
  UsageOwner,
} from './container-usage.ts';
import type { UsageCounters } from './usage-counters.ts';

/** What is known besides the counters. */
export interface UsageAround {
  readonly owner: UsageOwner;
  readonly pid: number;
  /** the memory of this machine, in bytes */
  readonly machineMemory: number;
  readonly openFiles: OpenFiles | undefined;
}

/** What a container did between two readings of its counters, and uses at the second one. */
export function usageBetween(
  { owner, pid, machineMemory, openFiles }: UsageAround,
  before: UsageCounters | undefined,
  now: UsageCounters,
): ContainerUsage {
  const intervalMs = before === undefined ? undefined : Math.max(0.001, now.at - before.at);
  const perSecond = (then: number | undefined, value: number) =>
    intervalMs === undefined || then === undefined ? undefined : (since(then, value) * 1000) / intervalMs;
  return {
    ...owner,
    state: stateOf(owner, now),
    pid,
    intervalMs,
    cpu: cpuUsage(before?.cpu, now.cpu, intervalMs),
    memory: memoryUsage(before?.memory, now.memory, machineMemory),
    swap: now.swap,
    pressure: pressureUsage(before?.pressure, now.pressure, intervalMs),
    network: networkUsage(before?.traffic, now.traffic, intervalMs),
    io: now.io && ioUsage(before?.io, now.io, perSecond),
    pids: now.pids && { used: now.pids.used, limit: now.pids.limit },
    openFiles,
  };
}

/** The row of a container that does not run: it uses nothing. */
export const stoppedUsage = (owner: UsageOwner): ContainerUsage => ({
  ...owner,
  pid: undefined,
  intervalMs: undefined,
  cpu: undefined,
  memory: undefined,
  swap: undefined,
  pressure: undefined,
  network: undefined,
  io: undefined,
  pids: undefined,
  openFiles: undefined,
});

/**
 * The engine's word, unless the kernel shows that the container has been paused or let go since.
 */
function stateOf({ state }: UsageOwner, { isFrozen }: UsageCounters): string {
  if (isFrozen === true) return 'paused';
  return isFrozen === false && state === 'paused' ? 'running' : state;
}

/** How much a counter has grown. One that is smaller than before has begun anew from 0. */
const since = (before: number, now: number) => (now >= before ? now - before : now);

function cpuUsage(
  before: UsageCounters['cpu'],
  now: UsageCounters['cpu'],
  intervalMs: number | undefined,
): CpuUsage | undefined {
  if (now === undefined) return undefined;
  const { usedMicroseconds, limitCpus } = now;
  if (before === undefined || intervalMs === undefined) {
    return { percent: undefined, throttledPercent: undefined, usedMicroseconds, limitCpus };
  }
  const percent = since(before.usedMicroseconds, usedMicroseconds) / 10 / intervalMs;
  const periods = since(before.periods, now.periods);
  const throttled = since(before.throttledPeriods, now.throttledPeriods);
  const throttledPercent = periods === 0 ? 0 : Math.min(100, (throttled * 100) / periods);
  // The counts are those of the time between only where there was a limit all the time.
  const isLimited = limitCpus && before.limitCpus;
  return { percent, throttledPercent: isLimited ? throttledPercent : undefined, usedMicroseconds, limitCpus };
}

function memoryUsage(
  before: UsageCounters['memory'],
  now: UsageCounters['memory'],
  machineMemory: number,
): MemoryUsage | undefined {
  if (now === undefined) return undefined;
  const { limit, oomKills } = now;
  const newOomKills = before === undefined ? 0 : Math.max(0, (oomKills ?? 0) - (before.oomKills ?? 0));
  return { ...now, most: Math.min(limit ?? Infinity, machineMemory || Infinity), newOomKills };
}

function pressureUsage(
  before: UsageCounters['pressure'] | undefined,
  now: UsageCounters['pressure'],
  intervalMs: number | undefined,
): PressureUsage | undefined {
  if (Object.keys(now).length === 0) return undefined;
  const percent = (then: number | undefined, value: number | undefined) =>
    intervalMs === undefined || then === undefined || value === undefined
      ? undefined
      : Math.min(100, since(then, value) / 10 / intervalMs);
  return {
    cpu: percent(before?.cpu, now.cpu),
    memory: percent(before?.memory, now.memory),
    io: percent(before?.io, now.io),
  };
}

type Traffic = ReadonlyMap<string, DeviceTraffic>;
type Sums = Record<keyof DeviceTraffic, number>;
const COUNTED = ['receivedBytes', 'sentBytes', 'drops', 'errors'] as const;

/**
 * The growth is that of each interface by itself: one that was taken away makes no sum smaller, and
 * a new one counts from 0.
 */
function networkUsage(
  before: Traffic | undefined,
  now: Traffic | undefined,
  intervalMs: number | undefined,
): NetworkUsage | undefined {
  if (now === undefined) return undefined;
  const total: Sums = { receivedBytes: 0, sentBytes: 0, drops: 0, errors: 0 };
  const grown: Sums = { ...total };
  for (const [name, device] of now) {
    const then = before?.get(name);
    for (const of of COUNTED) {
      total[of] += device[of];
      grown[of] += since(then?.[of] ?? 0, device[of]);
    }
  }
  const perSecond = (of: keyof DeviceTraffic) =>
    before === undefined || intervalMs === undefined ? undefined : (grown[of] * 1000) / intervalMs;
  return {
    ...total,
    receivedPerSecond: perSecond('receivedBytes'),
    sentPerSecond: perSecond('sentBytes'),
    dropsPerSecond: perSecond('drops'),
    errorsPerSecond: perSecond('errors'),
  };
}

const ioUsage = (
  before: UsageCounters['io'],
  { readBytes, writtenBytes }: NonNullable<UsageCounters['io']>,
  perSecond: (then: number | undefined, value: number) => number | undefined,
): IoUsage => ({
  readBytes,
  writtenBytes,
  readPerSecond: perSecond(before?.readBytes, readBytes),
  writtenPerSecond: perSecond(before?.writtenBytes, writtenBytes),
});
