import { expect, test } from 'vitest';
import { isAmong, parseCalls } from '../../../../src/api/page/calls.ts';
import { rangesOf } from '../../../../src/api/page/assets/calls.js';
import { AS_THEY_COME, nextOrder, sorted } from '../../../../src/api/page/assets/list/sort.js';
import type { Row } from '../../../../src/api/page/row.ts';

const row = (number: number, more: Partial<Row>) =>
  ({ number, start: 0, end: 1, status: 200, up: 0, down: 0, ...more }) as Row;
const ROWS = [
  row(1, { operation: 'b', end: 9, down: 5, status: 404 }),
  row(2, { operation: 'a', end: null, status: null }),
  row(3, { operation: 'b', end: 3, down: 50 }),
];

test.for<[column: string, up: number[], down: number[]]>([
  ['time', [1, 2, 3], [3, 2, 1]],
  ['operation', [2, 1, 3], [1, 3, 2]],
  ['duration', [3, 1, 2], [2, 1, 3]],
  ['status', [2, 3, 1], [1, 3, 2]],
  ['down', [2, 1, 3], [3, 1, 2]],
  ['nothing', [1, 2, 3], [3, 2, 1]],
])('by %s', ([column, up, down]) => {
  const numbers = (descending: boolean) => sorted(ROWS, { column, descending }).map(({ number }) => number);
  expect([numbers(false), numbers(true)]).toEqual([up, down]);
});

test('a column is clicked thrice, then another', () => {
  const first = nextOrder(AS_THEY_COME, 'down');
  const second = nextOrder(first, 'down');
  expect([first, second, nextOrder(second, 'down')]).toEqual([
    { column: 'down', descending: false },
    { column: 'down', descending: true },
    AS_THEY_COME,
  ]);
  expect(nextOrder(second, 'up')).toEqual({ column: 'up', descending: false });
});

test('some calls, as ranges, there and back', () => {
  const text = rangesOf([7, 1, 3, 2, 9, 10]);
  expect([text, rangesOf([])]).toEqual(['1-3,7,9-10', '']);
  const calls = parseCalls(text)!;
  expect([0, 1, 3, 4, 7, 10, 11].filter((number) => isAmong(calls, number))).toEqual([1, 3, 7, 10]);
  for (const wrong of ['', '1-', '-', '1,,2', 'a', '1-2-3', '1 ']) expect(parseCalls(wrong)).toBeUndefined();
});
