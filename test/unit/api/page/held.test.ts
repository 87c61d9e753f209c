import { expect, test } from 'vitest';
import { firstToGo, hold } from '../../../../src/api/page/assets/held.js';
import type { Row } from '../../../../src/api/page/row.ts';

const row = (number: number, end: number | null = 1) => ({ number, end }) as Row;
const rows = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => row(from + at));

test('a paused page holds as many rows as the list has: of a recording, all', () => {
  const held = new Map<number, Row>();
  hold(held, rows(1, 6000), 10_000);
  hold(held, rows(6001, 10_000), 10_000);
  expect([held.size, held.has(1)]).toEqual([10_000, true]);
  hold(held, [row(10_001)], 10_000);
  expect([held.size, held.has(1), held.has(2)]).toEqual([10_000, false, true]);
});

test('of each call the last row, in the order in which the calls came', () => {
  const held = new Map<number, Row>();
  hold(held, [row(1, null), row(2)], 5);
  hold(held, [row(3), row(1, 9)], 5);
  expect([...held.values()]).toEqual([row(1, 9), row(2), row(3)]);
});

test('the oldest that has ended goes first; where all are open, the oldest', () => {
  expect(firstToGo([row(1, null), row(2), row(3)])).toBe(2);
  expect(firstToGo([row(1, null), row(2, null)])).toBe(1);
  expect(firstToGo([])).toBeUndefined();
  const held = new Map<number, Row>();
  hold(held, [row(1, null), row(2), row(3), row(4)], 3);
  expect([...held.keys()]).toEqual([1, 3, 4]);
});
