import { expect, test } from 'vitest';
import type { Engine } from '../../../src/engine/engine.ts';
import { inTime } from '../../../src/jobs/in-time.ts';
import { fakeContext, fakeEngine } from '../fakes.ts';

test('all answers have the time together, and none is waited for when the work is over', async () => {
  let now = 1000;
  const asked: { readonly ms: number; readonly signal: AbortSignal | undefined }[] = [];
  const engine: Engine = {
    ...fakeEngine([]),
    within: (ms, signal) => {
      asked.push({ ms, signal });
      return engine;
    },
  };
  const ctx = fakeContext({ engine: async () => engine, clock: () => now });
  const lefts = await inTime(ctx, 4000, async (patient, left) => {
    const first = left();
    await patient.engine();
    now += 3000;
    await patient.engine();
    now += 3000;
    expect(asked.map(({ signal }) => signal?.aborted)).toEqual([false, false]);
    return [first, left()];
  });
  expect(lefts).toEqual([4000, 1]);
  expect(asked.map(({ ms }) => ms)).toEqual([4200, 1200]);
  expect(asked.map(({ signal }) => signal?.aborted)).toEqual([true, true]);
});

test('… and when the work has failed', async () => {
  let over: AbortSignal | undefined;
  const engine: Engine = { ...fakeEngine([]), within: (_, signal) => ((over = signal), engine) };
  const ctx = fakeContext({ engine: async () => engine });
  const failing = inTime(ctx, 4000, async (patient) => {
    await patient.engine();
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(over?.aborted).toBe(true);
});
