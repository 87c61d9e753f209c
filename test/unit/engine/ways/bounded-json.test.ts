import { expect, test } from 'vitest';
import { parseJson, parseJsonList } from '../../../../src/engine/ways/bounded-json.ts';

const list = (text: string) => [...parseJsonList(Buffer.from(text))];
const padding = 'p'.repeat(70_000);

const VALUES = [
  [],
  [1, 'two', { three: [3, { deep: [[]] }] }, null],
  [{ text: 'a ] and a } and a , and a \\ and a " in it' }, ['\\'], '"', '\\"'],
  [{ '': '' }, [[[]]], {}],
  ['é€𝄞', '\u0000'],
];

test.each(VALUES.map((value) => [value]))('%j, short or long', (value) => {
  expect(list(JSON.stringify(value))).toEqual(value);
  const long = [padding, ...value];
  expect(list(JSON.stringify(long))).toEqual(long);
  expect(list(`${JSON.stringify(long, undefined, 2)}\n`)).toEqual(long);
  expect(parseJson(Buffer.from(JSON.stringify(long)))).toEqual(long);
});

test.each([
  ['{}'],
  ['null'],
  ['"[]"'],
  ['7'],
  [''],
  ['[1,2'],
  ['[1,2]]'],
  ['[1][2]'],
  ['[1,]'],
  ['[,1]'],
  ['[1] x'],
  ['[{"a":}]'],
  ['["'],
  ['["\\'],
  ['{"a":[1]}'],
  ['[{]}'],
])('%s is no list, short or long', (text) => {
  expect(() => list(text)).toThrow(SyntaxError);
  expect(() => list(text + ' '.repeat(70_000))).toThrow(SyntaxError);
  const long = text.startsWith('[') ? `["${padding}",${text.slice(1)}` : `${text}${padding}`;
  expect(() => list(long)).toThrow(SyntaxError);
});

test.each([
  ['brackets', '['.repeat(10_000_000), 'nested more than 64 levels deep'],
  ['braces', `[${'{"a":'.repeat(2_000_000)}`, 'nested more than 64 levels deep'],
  ['brackets in an item', `[{"Id":${'['.repeat(200_000)}`, 'nested more than 64 levels deep'],
  ['empty objects', `[${Array.from({ length: 5_000_000 }, () => '{}').join()}]`, 'of more than'],
  ['numbers', `[${Array.from({ length: 5_000_000 }, () => '0').join()}]`, 'of more than'],
  [
    'labels',
    JSON.stringify([Object.fromEntries(Array.from({ length: 60_000 }, (_, at) => [`label-${at}`, 'x']))]),
    'of more than 50000 keys',
  ],
  ['items', JSON.stringify(Array.from({ length: 30_000 }, () => 'item')), 'of more than 20000 items'],
])('too many %s are refused before they are values', (_, text, message) => {
  const bytes = Buffer.from(text);
  expect(() => parseJson(bytes)).toThrow(message);
  expect(() => [...parseJsonList(bytes)]).toThrow(message);
});

test('what stands in a string is not counted', () => {
  const text = JSON.stringify(['[{,'.repeat(300_000)]);
  expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
});

test('the items of a long list are made one by one', () => {
  const items = parseJsonList(Buffer.from(`[{"a":1},${JSON.stringify(padding)},oops]`));
  expect(items.next().value).toEqual({ a: 1 });
  expect(items.next().value).toBe(padding);
  expect(() => items.next()).toThrow(SyntaxError);
});
