import { expect, test, vi } from 'vitest';
import { watchForStuck, type StuckOptions } from '../../own-engine/stuck.ts';

const late = (milliseconds: number) =>
  new Promise((_, reject) => setTimeout(() => reject(new Error('late')), milliseconds));

/** How often an engine was ended before it had been asked about its networks so many times. */
async function ended(engine: Pick<StuckOptions, 'networks' | 'answers'>, times: number): Promise<number> {
  const whenStuck = vi.fn(async () => {});
  const networks = vi.fn(engine.networks);
  const stop = watchForStuck({ ...engine, networks, whenStuck, every: 1, patience: 3 });
  await expect.poll(() => networks.mock.calls.length).toBeGreaterThanOrEqual(times);
  stop();
  return whenStuck.mock.calls.length;
}

test.for([
  ['one that answers', async () => [], true],
  ['one that is not there', async () => Promise.reject(new Error('ECONNREFUSED')), false],
  ['one that is starved of processors', late, false],
] as const)('an engine is not ended: %s', async ([, networks, isThere]) => {
  expect(await ended({ networks, answers: async () => isThere }, 4)).toBe(0);
});

test('nor one that was only late once', async () => {
  let asked = 0;
  const networks = (milliseconds: number) => (asked++ % 2 === 0 ? late(milliseconds) : Promise.resolve());
  expect(await ended({ networks, answers: async () => true }, 6)).toBe(0);
});

test('one that answers, and nothing about its networks, is ended', async () => {
  expect(await ended({ networks: late, answers: async () => true }, 4)).toBeGreaterThan(0);
});
