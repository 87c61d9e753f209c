import { expect, test } from 'vitest';
import { sorted } from '../../../../src/verbs/top/sorted.ts';
import { age } from '../../../../src/verbs/top/short-text.ts';

const by = (values: readonly (number | string | undefined)[], isReversed = false) =>
  sorted(values, { name: '', header: '', width: 1, text: String, value: (value) => value }, isReversed);

test('figures: the largest first, those that are not known last, either way', () => {
  expect(by([2, undefined, 30, 4])).toEqual([30, 4, 2, undefined]);
  expect(by([2, undefined, 30, 4], true)).toEqual([2, 4, 30, undefined]);
});

test('texts: from A to Z, with numbers as numbers', () => {
  expect(by(['web-10', 'web-2', 'db'])).toEqual(['db', 'web-2', 'web-10']);
  expect(by(['web-10', 'web-2', 'db'], true)).toEqual(['web-10', 'web-2', 'db']);
});

test.each([
  [0, '0s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [3_599_000, '59m'],
  [86_399_000, '23h'],
  [86_400_000 * 400, '400d'],
  [-5, '0s'],
])('the age %i ms is %s', (milliseconds, text) => expect(age(milliseconds)).toBe(text));
