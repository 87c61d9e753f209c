import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { deadline } from '../../../../src/api/gate/deadline.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what comes in time stops it, what comes in bits does not put it off', () => {
  const missed = vi.fn();
  const time = deadline(1000, missed);
  time.run(true);
  vi.advanceTimersByTime(999);
  time.run(false);
  vi.advanceTimersByTime(5000);
  expect(missed).not.toHaveBeenCalled();
  for (let at = 0; at < 10; at++) {
    time.run(true);
    vi.advanceTimersByTime(101);
  }
  expect(missed).toHaveBeenCalledOnce();
});
