import { expect, test } from 'vitest';
import { quoted, stringEnd, unquoted, wordEnd } from '../../../../../src/api/wire/redact/json-text.ts';

test.each<[what: string, text: string, from: number, end: number]>([
  ['is closed', '"ab" "', 0, 4],
  ['is empty', '"",', 0, 2],
  ['begins in the middle', '{"a":"b"}', 5, 8],
  ['has a quote in it', '"a\\"b" "', 0, 6],
  ['ends with a backslash', '"a\\\\" "', 0, 5],
  ['ends with a backslash and a quote', '"a\\\\\\"" "', 0, 7],
  ['begins with a quote in it', '"\\"" "', 0, 4],
  ['is not closed', '"ab', 0, 4],
  ['is not closed, as its last quote is in it', '"ab\\"', 0, 6],
])('a string that %s', (_, text, from, end) => expect(stringEnd(text, from)).toBe(end));

test.each<[text: string, from: number, end: number]>([
  ['12,', 0, 2],
  ['[true]', 1, 5],
  ['null', 0, 4],
  ['ab"c', 0, 2],
  ['a b', 0, 1],
  ['a:b', 0, 1],
  ['a{b', 0, 1],
  ['a}b', 0, 1],
  ['a[b', 0, 1],
  ['a]b', 0, 1],
  [' ab', 0, 1],
])('a word of %j from %i on', (text, from, end) => expect(wordEnd(text, from)).toBe(end));

/** Bytes as latin1: so stand all texts of JSON there. */
const latin1 = (text: string) => Buffer.from(text).toString('latin1');

test.each<[what: string, raw: string, text: string]>([
  ['of letters', '"ab"', 'ab'],
  ['with signs that are escaped', '"a\\n\\"\\u0062\\/"', 'a\n"b/'],
  ['with a byte that is in no character', '"\xff"', '\xff'],
  ['with a character of two bytes', latin1('"é"'), latin1('é')],
  ['with the same, escaped', '"\\u00e9"', latin1('é')],
  ['with the same and an escape', latin1('"é\\n"'), latin1('é\n')],
  ['with an escape that is none', '"a\\x"', 'a\\x'],
])('a string %s', (_, raw, text) => expect(unquoted(raw)).toBe(text));

test('a text becomes a string of JSON', () => {
  expect(quoted('a"b\\\n')).toBe('"a\\"b\\\\\\n"');
  expect(quoted(latin1('é'))).toBe(latin1('"é"'));
});
