import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Counts } from '../../../../src/capture/taps/counts.ts';
import { drain, leftOut } from '../../../../src/capture/taps/drain.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const counts = (captured: number, received: number, dropped = 0): Counts => ({ captured, received, dropped });

/** Asks a tcpdump that answers like this, one after the other, the last for ever. */
async function drained(...answers: readonly (Counts | undefined)[]) {
  let asked = 0;
  const ask = () =>
    new Promise<Counts | undefined>((resolve) => {
      const answer = answers[Math.min(asked++, answers.length - 1)];
      setTimeout(resolve, answer ? 1 : 100, answer);
    });
  const began = performance.now();
  const target = drain(ask);
  await vi.runAllTimersAsync();
  return { target: await target, asked, after: performance.now() - began };
}

test('a flood: what had come when it was asked is waited for, and no more', async () => {
  expect(await drained(counts(10, 100), counts(60, 900), counts(100, 2_000), counts(1_000, 9_000))).toMatchObject({
    target: 100,
    asked: 3,
  });
});

test('of what the kernel dropped by then, nothing is waited for', async () =>
  expect(await drained(counts(80, 100, 20))).toMatchObject({ target: 80, asked: 1 }));

test('no answer is no answer of "nothing there"', async () => {
  const late = Array.from({ length: 20 }, () => undefined);
  expect(await drained(...late, counts(0, 50), counts(50, 70))).toMatchObject({ target: 50, asked: 22 });
});

test('one that never answers is not waited for without end', async () => {
  const { target, after } = await drained(undefined);
  expect(target).toBeUndefined();
  expect(after).toBeLessThan(6_000);
});

test('as long as it takes some, it is waited for; when none come for two seconds, it has no more', async () => {
  const slow = Array.from({ length: 100 }, (_, at) => counts(at, 1_000));
  const { target, asked } = await drained(...slow);
  expect(target).toBe(1_000);
  expect(asked).toBeGreaterThan(130);
});

test.each([
  [100, counts(120, 150), { before: 0, after: 30 }],
  [100, counts(70, 150, 10), { before: 30, after: 40 }],
  [undefined, counts(70, 150), { before: 0, after: 80 }],
  [70, counts(70, 70), { before: 0, after: 0 }],
] as const)('left out, of %i that had come: %o', (target, final, left) => expect(leftOut(target, final)).toEqual(left));
