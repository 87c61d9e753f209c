import { expect, test } from 'vitest';
import { textStore } from '../../../../src/api/beside/text-store.ts';

test('what was added is there in its order, as UTF-8; what is taken stays while more comes', () => {
  const { add, take, length } = textStore();
  add('ab');
  add('ü€😀\n');
  expect(length()).toBe(12);
  const first = take();
  expect(length()).toBe(0);
  add('cd');
  expect(Buffer.concat(first).toString()).toBe('abü€😀\n');
  expect(Buffer.concat(take()).toString()).toBe('cd');
});

test.each([
  ['one long text', ['x'.repeat(3_000_000)]],
  ['many', Array.from({ length: 5000 }, (_, number) => `${number} ${'€'.repeat(50)}\n`)],
])('in parts, which are used again: %s', (_, texts) => {
  const { add, take } = textStore();
  for (let round = 0; round < 3; round++) {
    texts.forEach(add);
    expect(Buffer.concat(take()).equals(Buffer.from(texts.join('')))).toBe(true);
    add('small');
    expect(Buffer.concat(take()).toString()).toBe('small');
  }
});
