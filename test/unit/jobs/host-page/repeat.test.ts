import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { repeat } from '../../../../src/jobs/host-page/repeat.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const clock = () => Date.now();
/** Work that takes so long, and when it began. */
function work(takesMs: number) {
  const began: number[] = [];
  const start = Date.now();
  const act = async () => {
    began.push(Date.now() - start);
    await new Promise((done) => setTimeout(done, takesMs));
  };
  return { began, act };
}

test('quick work is done again after its time', async () => {
  const { began, act } = work(10);
  const it = repeat(act, { everyMs: 1000, rest: 4, clock });
  await vi.advanceTimersByTimeAsync(3500);
  it.stop();
  await vi.advanceTimersByTimeAsync(3500);
  expect(began).toEqual([0, 1000, 2000, 3000]);
});

test('work that takes long gets a pause that is longer still', async () => {
  const { began, act } = work(1000);
  const it = repeat(act, { everyMs: 2000, rest: 4, clock });
  await vi.advanceTimersByTimeAsync(11_000);
  it.stop();
  expect(began).toEqual([0, 5000, 10_000]);
});

test('soon does it at once, or as soon as the pause is over', async () => {
  const { began, act } = work(100);
  const it = repeat(act, { everyMs: 10_000, rest: 4, clock });
  await vi.advanceTimersByTimeAsync(50);
  it.soon();
  await vi.advanceTimersByTimeAsync(2000);
  it.soon();
  await vi.advanceTimersByTimeAsync(50);
  it.stop();
  expect(began).toEqual([0, 500, 2050]);
});
