import { expect, test } from 'vitest';
import { ageInWords, mostRecentlyStarted } from '../../../src/engine/recent.ts';
import { container, summary } from '../fakes.ts';

test.each([
  ['Up Less than a second', 0],
  ['Up 1 second', 1],
  ['Up 45 seconds (health: starting)', 45],
  ['Up About a minute (Paused)', 60],
  ['Up About an hour', 3600],
  ['Up 47 hours', 169_200],
  ['Up 3 weeks (healthy)', 1_814_400],
  ['Up 2 years', 63_072_000],
  ['running', Infinity],
  ['', Infinity],
])('%j is %d seconds', (status, seconds) => expect(ageInWords(status)).toBe(seconds * 1000));

const NOW = Date.parse('2026-01-01T12:00:00Z');
const listed = (name: string, status: string) => summary({ id: name, name, status });
const names = async (...args: Parameters<typeof mostRecentlyStarted>) =>
  (await mostRecentlyStarted(...args)).map(({ name }) => name);
const startedAgo = (times: Record<string, number>) => ({
  inspect: async (id: string) => container({ id, state: { startedAt: NOW - times[id]! } }),
});

test('the exact start decides among the same words', async () => {
  const all = [listed('a', 'Up 3 hours'), listed('b', 'Up 2 minutes'), listed('c', 'Up 3 hours')];
  const engine = startedAgo({ a: 12_000_000, b: 130_000, c: 11_000_000 });
  expect(await names(engine, all, NOW)).toEqual(['b', 'c', 'a']);
});

test("who does not answer, or fails, is placed by docker's words; equals stay as they were", async () => {
  const all = [listed('a', 'Up 3 hours'), listed('b', 'Up 3 hours'), listed('c', 'Up 2 minutes'), listed('d', '?')];
  const silent = { inspect: () => new Promise<undefined>(() => {}) };
  const failing = { inspect: async () => Promise.reject(new Error('gone')) };
  for (const engine of [silent, failing]) expect(await names(engine, all, NOW)).toEqual(['c', 'a', 'b', 'd']);
});

test('of many, only the youngest are inspected', async () => {
  const all = Array.from({ length: 1000 }, (_, at) => listed(`c${at}`, `Up ${at} hours`));
  const asked: string[] = [];
  const inspect = async (id: string) => void asked.push(id);
  expect(await names({ inspect }, all.toReversed(), NOW)).toEqual(all.map(({ name }) => name));
  expect(asked).toHaveLength(32);
});
