import { expect, test } from 'vitest';
import { beginsAsUtf8, cutOf, nextCut } from '../../../../../src/api/wire/redact/cut-text.ts';

const KEY = '-----BEGIN PRIVATE KEY-----\nabc\ndef\n';
const PUTTY = 'PuTTY-User-Key-File-3: a\nPrivate-Lines: 1\nabc\n';

// The parts are what stands before the cut and behind it.
test.each<[what: string, before: string, behind: string]>([
  ['without a place', '', 'abc'],
  ['of words, without a line', '', 'a&b c'],
  ['of lines', 'a b\nc\n', 'd'],
  ['of lines with fields in them', 'a&b\n', 'c&d'],
  ['of fields', 'a=b&', 'c=d'],
  ['that begins with a line feed', '\n', 'abc'],
  ['whose last line says a name', 'one\n', 'password:\n'],
  ['whose last line says a name, before blanks', 'one\n', 'password: \t \r\n   hunter2'],
  ['whose last line goes on', 'one\n', 'curl -u \\\n  ann:hunter2'],
  ['whose last line assigns', 'one\n', 'password =\nhunter2'],
  ['whose last line opens an element', 'one\n', '<password>\nhunter2'],
  ['whose last lines all say names', 'one\n', 'a:\nb:\nc:\n'],
  ['whose name stands 15 blanks before the line’s end', 'one\n', `a:${' '.repeat(15)}\nb`],
  ['whose name stands 16 blanks before the line’s end', `one\na:${' '.repeat(16)}\n`, 'b'],
  ['whose 63 last lines say names', 'one\n', 'a:\n'.repeat(63)],
  ['whose 64 last lines say names', `one\n${'a:\n'.repeat(64)}`, 'b'],
  ['of nothing but names', 'a:\nb:\n', 'c'],
  ['with a private key that goes on', 'one\ntwo ', `${KEY}g`],
  ['with a private key that has ended', `one\n${KEY}-----END PRIVATE KEY-----\n`, 'two'],
  ['that ends in the middle of the end of a key', 'one\n', `${KEY}-----END`],
  ['with a key that ends behind the last line', 'one\n', `${KEY}-----END PRIVATE KEY-----`],
  ['with one private key behind another', `one\n${KEY}-----END PRIVATE KEY-----\n`, KEY],
  ['that is one private key', KEY, 'g'],
  ['with a key that begins behind the last line', 'one\n', 'two -----BEGIN '],
  ['with a key of PuTTY’s that goes on', 'one\n', `${PUTTY}d`],
  ['with a key of PuTTY’s that has ended', `one\n${PUTTY}Private-MAC: 0\n`, 'two'],
])('a text %s is cut where no secret is', (_, before, behind) => {
  const cut = cutOf(Buffer.from(before + behind));
  expect([(before + behind).slice(0, cut), (before + behind).slice(cut)]).toEqual([before, behind]);
});

test.each<[text: string, hasBlanks: boolean, end: number]>([
  ['ab', false, -1],
  ['ab', true, -1],
  ['ab&c', true, -1],
  ['ab&c', false, 3],
  ['&ab', false, 1],
  ['&a\n', false, 1],
  ['a\nb', false, 2],
  ['a\nb', true, 2],
  ['\na&', false, 1],
  ['\na', false, 1],
  ['a\nb&', false, 2],
  ['a&b\nc', false, 2],
  ['a&b\nc', true, 4],
])('a long line that goes on with %j ends (it has blanks: %s)', (text, hasBlanks, end) =>
  expect(nextCut(Buffer.from(text), hasBlanks)).toBe(end),
);

test.each<[what: string, bytes: readonly number[], is: boolean]>([
  ['nothing', [], true],
  ['letters', [0x61, 0x62], true],
  ['a whole character at the end', [0x61, 0xc3, 0xa9], true],
  ['one byte of two', [0x61, 0xc3], true],
  ['two bytes of three', [0x61, 0xe2, 0x80], true],
  ['three bytes of four', [0x61, 0xf0, 0x9f, 0x98], true],
  ['nothing but a character that is cut off', [0xe2, 0x80], true],
  ['a byte that is in no character', [0xff, 0x61], false],
  ['the same, before a character that is cut off', [0xff, 0x61, 0xc3], false],
  ['five bytes of no character', [0x61, 0xff, 0x80, 0x80, 0x80, 0x80], false],
  ['half of a character before a letter', [0xc3, 0x61], false],
])('whether bytes begin as UTF-8: %s', (_, bytes, is) => expect(beginsAsUtf8(Buffer.from(bytes))).toBe(is));
