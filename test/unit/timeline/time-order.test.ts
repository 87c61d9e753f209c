import { expect, test } from 'vitest';
import { timeOrder } from '../../../src/timeline/time-order.ts';
import type { TimelineEntry } from '../../../src/timeline/timeline-entry.ts';

const HOLD_MS = 100;
const entry = (at: number, text = String(at)): TimelineEntry => ({
  at,
  kind: 'log',
  container: undefined,
  text,
  details: {},
});

function ordered() {
  let now = 0;
  let woken = 0;
  const order = timeOrder(
    HOLD_MS,
    () => now,
    () => void woken++,
  );
  return {
    order,
    pass: (ms: number) => (now += ms),
    woken: () => woken,
    texts: (most = 100) => order.take(most).map(({ text }) => text),
  };
}

test('an entry waits for its time; what another source tells of meanwhile comes first', () => {
  const { order, pass, texts } = ordered();
  const [one, two] = [order.source(false), order.source(false)];
  one.add(entry(20));
  expect(texts()).toEqual([]);
  expect(order.dueIn()).toBe(HOLD_MS);
  pass(60);
  two.add(entry(10));
  expect(texts()).toEqual([]);
  pass(60);
  // The later one has waited, the earlier one has not: it is the earlier one's turn first.
  expect(texts()).toEqual([]);
  expect(order.dueIn()).toBe(40);
  pass(40);
  expect(texts()).toEqual(['10', '20']);
  expect(order.dueIn()).toBeUndefined();
});

test('nothing is given while the history of a source has not come', () => {
  const { order, pass, texts } = ordered();
  const [past, now] = [order.source(true), order.source(false)];
  now.add(entry(50));
  pass(1000);
  expect(texts()).toEqual([]);
  expect(order.dueIn()).toBeUndefined();
  past.add(entry(1));
  past.add(entry(2));
  pass(HOLD_MS);
  // The next one of the history may be earlier than 50.
  expect(texts()).toEqual(['1', '2']);
  past.live();
  expect(texts()).toEqual(['50']);
});

test('sources that have ended are not waited for; each source keeps its own order', () => {
  const { order, texts } = ordered();
  const [one, two] = [order.source(true), order.source(true)];
  for (const at of [1, 5, 4, 9]) one.add(entry(at, `one ${at}`));
  for (const at of [2, 3, 8]) two.add(entry(at, `two ${at}`));
  one.end();
  two.end();
  expect(order.dueIn()).toBe(0);
  expect(texts(2)).toEqual(['one 1', 'two 2']);
  expect(texts()).toEqual(['two 3', 'one 5', 'one 4', 'two 8', 'one 9']);
});

test('a source that is read too fast waits, and nothing is held then', async () => {
  const { order, texts, woken } = ordered();
  const [fast, slow] = [order.source(false), order.source(false)];
  expect(fast.drained()).toBeUndefined();
  const many = 6000;
  for (let at = 0; at < many; at++) fast.add(entry(at));
  slow.add(entry(-1));
  const drained = fast.drained();
  expect(drained).toBeInstanceOf(Promise);
  expect(slow.drained()).toBeUndefined();
  expect(woken()).toBe(many + 1);
  const first = texts(5000);
  expect(first.slice(0, 2)).toEqual(['-1', '0']);
  await drained;
  expect(fast.drained()).toBeUndefined();
});
