import { describe, expect, test } from 'vitest';
import type { UsageCounters } from '../../../../src/process/usage/usage-counters.ts';
import { stoppedUsage, type UsageAround, usageBetween } from '../../../../src/process/usage/usage-between.ts';

const owner = { id: 'c0ffee', name: 'web', image: 'busybox', state: 'running', startedAt: 7, restarts: 0 };
const AROUND: UsageAround = { owner, pid: 42, machineMemory: 1000, openFiles: undefined };
const counters = (over: Partial<UsageCounters> = {}): UsageCounters => ({
  at: 0,
  cpu: { usedMicroseconds: 0, limitCpus: null, periods: 0, throttledPeriods: 0 },
  memory: { used: 100, charged: 150, fileCache: 60, limit: null, oomKills: 0 },
  swap: { used: 0, limit: null },
  pids: { used: 1, limit: null },
  io: { readBytes: 0, writtenBytes: 0 },
  pressure: { cpu: 0 },
  traffic: new Map([['eth0', { receivedBytes: 1000, sentBytes: 100, drops: 1, errors: 0 }]]),
  isFrozen: false,
  ...over,
});
const between = (before: Partial<UsageCounters> | undefined, now: Partial<UsageCounters>, around = AROUND) =>
  usageBetween(around, before && counters(before), counters({ at: 2000, ...now }));

test('the first reading has totals, and no rates', () => {
  const row = between(undefined, {});
  expect(row).toMatchObject({
    name: 'web',
    pid: 42,
    intervalMs: undefined,
    cpu: { percent: undefined, throttledPercent: undefined },
    network: { receivedBytes: 1000, receivedPerSecond: undefined, dropsPerSecond: undefined },
    io: { readBytes: 0, readPerSecond: undefined },
    pressure: { cpu: undefined },
    memory: { used: 100, newOomKills: 0 },
  });
});

describe('CPU', () => {
  const cpu = (usedMicroseconds: number, periods = 0, throttledPeriods = 0, limitCpus: number | null = null) => ({
    cpu: { usedMicroseconds, limitCpus, periods, throttledPeriods },
  });

  test('percent of one core: 3 s of CPU time in 2 s', () => {
    expect(between(cpu(1_000_000), cpu(4_000_000))).toMatchObject({ intervalMs: 2000, cpu: { percent: 150 } });
  });
  test.each([
    ['half of its periods', cpu(0, 10, 5, 0.5), cpu(1, 30, 15, 0.5), 50],
    ['it did not want to run', cpu(0, 10, 5, 0.5), cpu(1, 10, 5, 0.5), 0],
    ['no quota', cpu(0, 0, 0), cpu(1, 0, 0), undefined],
    ['a quota that has begun meanwhile: not counted before', cpu(0, 0, 0), cpu(1, 4, 1, 2), undefined],
  ])('throttled: %s', (_, before, now, percent) => expect(between(before, now).cpu?.throttledPercent).toBe(percent));
  test('a kernel that does not count it', () => expect(between({}, { cpu: undefined }).cpu).toBeUndefined());
});

describe('memory', () => {
  const memory = (limit: number | null, oomKills: number | undefined = 0) => ({
    memory: { used: 100, charged: 150, fileCache: 60, limit, oomKills },
  });
  test.each([
    ['its own limit', 400, 400],
    ['no limit: the machine', null, 1000],
    ['a limit above the machine', 5000, 1000],
  ])('the most that it can have: %s', (_, limit, most) => expect(between({}, memory(limit)).memory?.most).toBe(most));
  test('kills since the reading before', () => {
    expect(between(memory(null, 2), memory(null, 5)).memory).toMatchObject({ oomKills: 5, newOomKills: 3 });
  });
});

describe('network', () => {
  const device = (receivedBytes: number, drops = 0) => ({ receivedBytes, sentBytes: 0, drops, errors: 0 });
  const traffic = (devices: Readonly<Record<string, ReturnType<typeof device>>>) => ({
    traffic: new Map(Object.entries(devices)),
  });
  test('per second, of all interfaces together', () => {
    const row = between(
      traffic({ eth0: device(100, 1), eth1: device(0) }),
      traffic({ eth0: device(300, 5), eth1: device(50) }),
    );
    expect(row.network).toMatchObject({ receivedBytes: 350, receivedPerSecond: 125, drops: 5, dropsPerSecond: 2 });
  });
  test('an interface that was taken away makes no rate smaller; a new one, or one made anew, counts from 0', () => {
    expect(between(traffic({ eth0: device(100), eth1: device(9e9) }), traffic({ eth0: device(300) }))).toMatchObject({
      network: { receivedBytes: 300, receivedPerSecond: 100 },
    });
    expect(between(traffic({ eth0: device(500) }), traffic({ eth0: device(40), eth1: device(60) }))).toMatchObject({
      network: { receivedPerSecond: 50 },
    });
  });
  test("the host's own network is not the container's", () =>
    expect(between({}, { traffic: undefined }).network).toBeUndefined());
});

test('block I/O per second', () =>
  expect(between({ io: { readBytes: 10, writtenBytes: 0 } }, { io: { readBytes: 30, writtenBytes: 8 } }).io).toEqual({
    readBytes: 30,
    writtenBytes: 8,
    readPerSecond: 10,
    writtenPerSecond: 4,
  }));

test('pressure: the share of the interval; none where the kernel counts none', () => {
  expect(between({ pressure: { cpu: 0, io: 0 } }, { pressure: { cpu: 500_000, io: 9_000_000 } }).pressure).toEqual({
    cpu: 25,
    memory: undefined,
    io: 100,
  });
  expect(between({ pressure: {} }, { pressure: {} }).pressure).toBeUndefined();
});

test.each([
  ['running', true, 'paused'],
  ['paused', false, 'running'],
  ['paused', undefined, 'paused'],
  ['running', false, 'running'],
])('the engine says %s, frozen in the kernel: %s', (state, isFrozen, shown) =>
  expect(between({}, { isFrozen }, { ...AROUND, owner: { ...owner, state } }).state).toBe(shown),
);

test('a container that does not run uses nothing', () =>
  expect(stoppedUsage({ ...owner, state: 'exited' })).toMatchObject({
    state: 'exited',
    cpu: undefined,
    pid: undefined,
  }));
