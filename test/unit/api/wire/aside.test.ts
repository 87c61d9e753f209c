import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { aside } from '../../../../src/api/wire/aside.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1000 }));
afterEach(() => void vi.useRealTimers());

/** What was done, and when it had come. */
function watched() {
  const done: string[] = [];
  const { add, flush, time } = aside(Date.now);
  const come = (name: string, bytes = 1) => add(() => done.push(`${name} ${time() - 1000}`), Buffer.alloc(bytes));
  return { done, come, flush };
}

test('what comes into quiet is done at once, what follows with the first that comes 3 ms later', () => {
  const { done, come } = watched();
  come('a');
  expect(done).toEqual(['a 0']);
  vi.advanceTimersByTime(1);
  come('b');
  come('c');
  expect(done).toHaveLength(1);
  vi.setSystemTime(1003);
  come('d');
  expect(done).toEqual(['a 0', 'b 1', 'c 1', 'd 3']);
});

test('the last does not wait for another', () => {
  const { done, come } = watched();
  come('a');
  come('b');
  vi.advanceTimersByTime(2);
  expect(done).toEqual(['a 0', 'b 0']);
});

test('after a flood it waits a little longer', () => {
  const { done, come } = watched();
  for (const name of 'abcdefghijk') come(name);
  vi.advanceTimersByTime(2);
  expect(done).toHaveLength(11);
  come('l');
  vi.advanceTimersByTime(19);
  expect(done).toHaveLength(11);
  vi.advanceTimersByTime(1);
  expect(done).toHaveLength(12);
});

test('much does not wait, and nothing does when it is asked for', () => {
  const { done, come, flush } = watched();
  come('a');
  come('b', 262_143);
  expect(done).toHaveLength(1);
  come('c');
  expect(done).toHaveLength(3);
  come('d');
  flush();
  expect(done).toEqual(['a 0', 'b 0', 'c 0', 'd 0']);
  vi.advanceTimersByTime(100);
  expect(done).toHaveLength(4);
});
