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

test('a long line in parts, as soon as it is too long', () => {
  expect(read(['abcdef', 'gh\nx\n'], { most: 3 })).toEqual(['abcdef', 'gh', 'x']);
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
