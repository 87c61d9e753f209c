import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Conductor } from '../../../../src/capture/taps/conductor.ts';
import type { DbgError } from '../../../../src/errors.ts';
import { endings } from '../../../../src/jobs/capture/endings.ts';
import type { CaptureWish } from '../../../../src/jobs/capture/capture-wish.ts';
import { fakeContext, fakeHost } from '../../fakes.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const WISH: CaptureWish = {
  refs: ['web'],
  items: [],
  path: '/captures/web.pcap',
  isPcapng: false,
  forMs: undefined,
  maxSize: undefined,
  ring: undefined,
  stopOn: [],
  afterMs: 0,
  minFree: undefined,
  count: undefined,
};

/** A capture that has begun, with its taps, and signals that come when a test sends them. */
async function capture(wish: Partial<CaptureWish> = {}, disk = { free: 1e12, size: 1e12 }) {
  const listeners = new Set<(signal: NodeJS.Signals) => void>();
  const looked: string[] = [];
  const host = {
    ...fakeHost(),
    diskSpace: async (folder: string) => (looked.push(folder), disk),
    signalled: () => {
      let heard: (signal: NodeJS.Signals) => void = () => undefined;
      const first = new Promise<NodeJS.Signals>((resolve) => void (heard = resolve));
      listeners.add(heard);
      return { first, stop: () => void listeners.delete(heard) };
    },
  };
  const stop = vi.fn<(reason?: DbgError) => void>();
  const ask = vi.fn<() => void>();
  const taps = { stop, ask, drop: () => undefined, counts: () => [] } as unknown as Conductor;
  const ctx = fakeContext({ host, now: () => Date.now() });
  const its = await endings(ctx, { ...WISH, ...wish }, [], [], taps, () => undefined);
  its.begin();
  /** Gives whether dbg listened; a signal that it does not listen to ends it. */
  const send = async (signal: NodeJS.Signals) => {
    const isHeard = listeners.size > 0;
    for (const heard of listeners) heard(signal);
    await vi.advanceTimersByTimeAsync(1000);
    return isHeard;
  };
  return { its, stop, ask, send, looked };
}

describe('signals', () => {
  test('the first ends it in good order, the second at once, the third ends dbg itself', async () => {
    const { stop, send } = await capture();
    expect(await send('SIGINT')).toBe(true);
    expect(stop).toHaveBeenCalledTimes(1);
    expect(await send('SIGINT')).toBe(true);
    expect(stop).toHaveBeenCalledTimes(2);
    expect(await send('SIGINT')).toBe(false);
  });

  test('SIGUSR1 asks for counts, however often, and is none of the three', async () => {
    const { stop, ask, send } = await capture();
    for (let time = 0; time < 5; time++) expect(await send('SIGUSR1')).toBe(true);
    expect([stop.mock.calls.length, ask.mock.calls.length]).toEqual([0, 5]);
    expect(await send('SIGTERM')).toBe(true);
    expect(stop).toHaveBeenCalledTimes(1);
  });

  test('after its end, none is listened to', async () => {
    const { its, send } = await capture();
    its.stop();
    expect(await send('SIGINT')).toBe(false);
  });
});

describe('a disk that fills', () => {
  const MB = 1e6;
  test.each([
    ['less than --min-free is left', 50 * MB, { free: 49 * MB, size: 1e12 }, true],
    ['--min-free is left', 50 * MB, { free: 50 * MB, size: 1e12 }, false],
    ['--min-free of a small number', 1 * MB, { free: 2 * MB, size: 1e12 }, false],
    ['without it, 100 MB stay free', undefined, { free: 99 * MB, size: 1e12 }, true],
    ['without it, 100 MB are enough', undefined, { free: 100 * MB, size: 1e12 }, false],
    ['a small disk keeps a twentieth', undefined, { free: 6 * MB, size: 100 * MB }, false],
    ['a small disk keeps no less', undefined, { free: 4 * MB, size: 100 * MB }, true],
  ])('%s', async (_, minFree, disk, ends) => {
    const { stop, looked } = await capture({ minFree }, disk);
    await vi.advanceTimersByTimeAsync(300);
    expect(looked).toEqual(['/captures']);
    expect(stop.mock.calls.map(([reason]) => reason?.message)).toEqual(
      ends ? [`capture ended: only ${disk.free / MB} MB are free in /captures`] : [],
    );
  });

  test('what goes to stdout fills none', async () => {
    const { stop, looked } = await capture({ path: '-' }, { free: 0, size: 1e12 });
    await vi.advanceTimersByTimeAsync(1000);
    expect([looked, stop.mock.calls]).toEqual([[], []]);
  });
});

test('a time: it ends after that, counted from its beginning', async () => {
  const { its, stop } = await capture({ forMs: 30_000 });
  expect(its.until()).toBe(Date.now() + 30_000);
  await vi.advanceTimersByTimeAsync(29_999);
  expect(stop).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(stop).toHaveBeenCalledTimes(1);
});
