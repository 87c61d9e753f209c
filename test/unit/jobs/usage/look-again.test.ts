import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DbgError } from '../../../../src/errors.ts';
import { lookAgain } from '../../../../src/jobs/usage/look-again.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

/** Looks that the test answers, with when each was asked for, in ms since the beginning. */
function looking() {
  const began = Date.now();
  const looks: number[] = [];
  const news: string[] = [];
  let answer: () => Promise<unknown> = async () => undefined;
  const again = lookAgain(
    { clock: Date.now },
    () => {
      looks.push(Date.now() - began);
      return answer();
    },
    ({ kind }) => news.push(kind),
  );
  return { again, looks, news, answers: (next: () => Promise<unknown>) => void (answer = next) };
}
const fails = async () => {
  throw new DbgError('no engine answers');
};

test('what is told often is looked at once in a while; without a word, every 5 s', async () => {
  const { again, looks } = looking();
  for (let at = 0; at < 10; at++) again.soon();
  await vi.advanceTimersByTimeAsync(1000);
  expect(looks).toEqual([200]);
  again.soon();
  await vi.advanceTimersByTimeAsync(0);
  expect(looks).toEqual([200, 1000]);
  await vi.advanceTimersByTimeAsync(12_000);
  expect(looks).toEqual([200, 1000, 6000, 11_000]);
  again.stop();
});

test('what is told during a look is looked at after it', async () => {
  const { again, looks, answers } = looking();
  answers(() => new Promise((resolve) => setTimeout(resolve, 500)));
  again.soon();
  await vi.advanceTimersByTimeAsync(300);
  again.soon();
  await vi.advanceTimersByTimeAsync(1000);
  expect(looks).toEqual([200, 900]);
  again.stop();
});

test('an engine that does not answer is told once, asked every second, and told when it is back', async () => {
  const { again, looks, news, answers } = looking();
  answers(fails);
  await vi.advanceTimersByTimeAsync(7_500);
  expect([looks, news]).toEqual([[5000, 6000, 7000], ['engine lost']]);
  answers(async () => undefined);
  await vi.advanceTimersByTimeAsync(1000);
  expect(news).toEqual(['engine lost', 'engine back']);
  again.stop();
});

test('once it is stopped, nothing more is asked or told, not even by a look that is on its way', async () => {
  const { again, looks, news, answers } = looking();
  answers(() => new Promise((_, reject) => setTimeout(() => reject(new DbgError('late')), 500)));
  again.soon();
  await vi.advanceTimersByTimeAsync(300);
  again.stop();
  again.soon();
  await vi.advanceTimersByTimeAsync(20_000);
  expect([looks, news]).toEqual([[200], []]);
});
