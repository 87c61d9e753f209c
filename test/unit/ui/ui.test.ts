import { expect, test } from 'vitest';
import { fakeOutput } from '../fakes.ts';
import { failureText } from '../../../src/ui/failure.ts';
import { matching } from '../../../src/ui/picker.ts';
import { json, table, lookOf } from '../../../src/ui/table.ts';

test('a table is aligned, an empty cell is a dash, nothing trails', () => {
  expect(
    table(
      ['NAME', 'MASTER'],
      [
        ['veth2e7d114', ''],
        ['v\u001b', 'br0'],
      ],
    ),
  ).toBe('NAME         MASTER\nveth2e7d114  -\nv\\e          br0\n');
});

test('a failure without a next step is one line', () => expect(failureText('no', [])).toBe('dbg: no\n'));

test('a failure is no longer than a person would read', () => {
  const text = failureText(`no ${'x'.repeat(1e6)}`, [{ what: 'look', command: `ls ${'\u001b'.repeat(1e6)}` }]);
  expect(text).toMatch(/^dbg: no x{3997}…\n {5}look: {2}ls (\\e){3997}…\n$/);
});

test.each([
  ['', ['a', 'b']],
  ['NGINX', ['a']],
  ['up redis', ['b']],
  ['zebra', []],
])('%j finds %j', (term, values) => {
  const choices = [
    { value: 'a', label: 'web  nginx  Up' },
    { value: 'b', label: 'cache  redis  Up' },
  ];
  expect(matching(choices, term).map(({ value }) => value)).toEqual(values);
});

test('JSON cannot reach the terminal either, and is the same value', () => {
  const text = json({ name: '\u001b[1m\u009b31mx\u202e' });
  expect(text).not.toMatch(/\p{Cc}(?<!\n)|\u202e/u);
  expect(JSON.parse(text)).toEqual({ name: '\u001b[1m\u009b31mx\u202e' });
});

test.each([
  [true, {}, { width: 80, isColoured: true }],
  [true, { NO_COLOR: '1' }, { width: 80, isColoured: false }],
  [true, { TERM: 'dumb' }, { width: 80, isColoured: false }],
  [false, {}, {}],
] as const)('a terminal %j with %j', (isTTY, env, look) =>
  expect(lookOf({ stdout: { ...fakeOutput(() => undefined, isTTY), columns: () => 80 }, env })).toEqual(look),
);
