import { expect, test } from 'vitest';
import { lineAssembly, MOST_LINE, type AssembledLine } from '../../../src/timeline/line-assembly.ts';

function assembled() {
  const lines: AssembledLine[] = [];
  const assembly = lineAssembly((line) => void lines.push(line));
  const add = (text: string | Buffer, stream: 'stdout' | 'stderr' = 'stdout', at = 1) =>
    assembly.add({ stream, at, time: '', data: Buffer.from(text as string) });
  return { lines, assembly, add };
}

test('whole lines, those that came in parts, and both streams apart', () => {
  const { lines, add } = assembled();
  add('one\n');
  add('a', 'stdout', 2);
  add('x', 'stderr', 3);
  add('b\r\n', 'stdout', 4);
  add('y\n', 'stderr', 5);
  add('\n');
  expect(lines).toEqual([
    { stream: 'stdout', at: 1, text: 'one', isPart: false },
    { stream: 'stdout', at: 2, text: 'ab', isPart: false },
    { stream: 'stderr', at: 3, text: 'xy', isPart: false },
    { stream: 'stdout', at: 1, text: '', isPart: false },
  ]);
});

test('a character whose bytes are in two messages is one', () => {
  const { lines, add } = assembled();
  const bytes = Buffer.from('aé€\n');
  add(bytes.subarray(0, 2));
  add(bytes.subarray(2, 4));
  add(bytes.subarray(4));
  expect(lines.map(({ text }) => text)).toEqual(['aé€']);
});

test('a line without an end comes in parts, and nothing of it is lost', () => {
  const { lines, add, assembly } = assembled();
  const message = 'x'.repeat(16_384);
  for (let at = 0; at < 100; at++) add(message);
  expect(lines.map(({ text, isPart }) => [text.length, isPart])).toEqual([[MOST_LINE, true]]);
  assembly.end();
  expect(lines.map(({ text }) => text).join('')).toHaveLength(100 * 16_384);
  expect(lines.at(-1)!.isPart).toBe(false);
  assembly.end();
  expect(lines).toHaveLength(2);
});

test('what has no end and does not grow is told at the second tick', () => {
  const { lines, add, assembly } = assembled();
  add('password: ');
  assembly.tick();
  expect(lines).toEqual([]);
  add('again: ');
  assembly.tick();
  expect(lines).toEqual([]);
  assembly.tick();
  expect(lines).toEqual([{ stream: 'stdout', at: 1, text: 'password: again: ', isPart: true }]);
  assembly.tick();
  assembly.tick();
  expect(lines).toHaveLength(1);
});
