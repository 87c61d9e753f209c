import { expect, test } from 'vitest';
import { textStore } from '../../../src/api/text-store.ts';

test('what was added is there in its order, as UTF-8; what is taken stays while more comes', () => {
  const { add, take, length } = textStore();
  add('ab');
  add('ü€😀\n');
  expect(length()).toBe(12);
  const first = take();
  expect(length()).toBe(0);
  add('cd');
  expect(first.toString()).toBe('abü€😀\n');
  expect(take().toString()).toBe('cd');
});

test.each([
  ['one long text', ['x'.repeat(3_000_000)]],
  ['many', Array.from({ length: 5000 }, (_, number) => `${number} ${'€'.repeat(50)}\n`)],
])('it grows, and begins small again: %s', (_, texts) => {
  const { add, take } = textStore();
  for (let round = 0; round < 3; round++) {
    texts.forEach(add);
    expect(take().equals(Buffer.from(texts.join('')))).toBe(true);
    add('small');
    expect(take().toString()).toBe('small');
  }
});
