import { expect, test } from 'vitest';
import { lineReader } from '../../src/line-reader.ts';

function read(pieces: readonly (Buffer | string)[], options?: Parameters<typeof lineReader>[1]): string[] {
  const lines: string[] = [];
  const reader = lineReader((line) => lines.push(line), options);
  pieces.forEach(reader.add);
  reader.end();
  return lines;
}

test.each([
  [['a\nb\n'], ['a', 'b']],
  [
    ['a', 'b\nc', '\n\n'],
    ['ab', 'c', ''],
  ],
  [['a\r\nb'], ['a\r', 'b']],
  [[], []],
  [[Buffer.from('ä\n').subarray(0, 1), Buffer.from('ä\n').subarray(1)], ['ä']],
])('%j', (pieces, lines) => expect(read(pieces)).toEqual(lines));

test.each<[pieces: readonly string[], lines: readonly string[]]>([
  [
    ['abcdef', 'gh\nx\n'],
    ['abc', 'def', 'gh', 'x'],
  ],
  [['abcdefgh\nx\n'], ['abc', 'def', 'gh', 'x']],
  [['abc\nabcd\n\nx'], ['abc', 'abc', 'd', '', 'x']],
  [['abc', '\n'], ['abc']],
  [['abcdefg'], ['abc', 'def', 'g']],
  [['ab😀cd\n'], ['ab', '😀c', 'd']],
])('a long line in parts of 3 characters at most, however it comes: %j', (pieces, lines) => {
  expect(read(pieces, { most: 3 })).toEqual(lines);
});

test('a part of a long line is told as soon as it is there', () => {
  const lines: string[] = [];
  lineReader((line) => lines.push(line), { most: 3 }).add('abcdef');
  expect(lines).toEqual(['abc']);
});

test('a long line passed over, whether it comes at once or bit by bit', () => {
  const options = { most: 3, longer: 'passed over' } as const;
  expect(read(['abcdef', 'gh', 'i\nx\n'], options)).toEqual(['x']);
  expect(read(['abcdef\nx\n'], options)).toEqual(['x']);
  expect(read(['abc\nx'], options)).toEqual(['abc', 'x']);
});

test('how much waits for its end', () => {
  const reader = lineReader(() => undefined);
  reader.add('a\nbc');
  expect(reader.waiting()).toBe(2);
});
