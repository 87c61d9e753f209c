import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EngineNews } from '../../../../src/engine/watching/container-events.ts';
import type { ContainerEvent } from '../../../../src/engine/engine-events.ts';
import { followLogs } from '../../../../src/engine/logs/follow-logs.ts';
import type { Hearing, Query } from '../../../../src/engine/ways/way.ts';
import { container } from '../../fakes.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

/** A container with a terminal whose engine is spoken for by the test; pid 0: it does not run. */
function followed(pid = 7) {
  const asked: { readonly since: string | undefined; readonly hearing: Hearing; isStopped: boolean }[] = [];
  const heard: string[] = [];
  let onEvent: (event: ContainerEvent) => void = () => undefined;
  let news: EngineNews = {};
  const way = {
    ask: (_: string, query: Query, hearing: Hearing) => {
      const one = { since: query['since'], hearing, isStopped: false };
      asked.push(one);
      return () => void (one.isStopped = true);
    },
  };
  const stop = followLogs(
    way,
    (...args) => {
      [onEvent, news] = args;
      return () => void heard.push('unwatched');
    },
    container({ state: { pid }, hasTty: true }),
    {
      line: ({ text }) => heard.push(text),
      failed: (sentence) => heard.push(`failed: ${sentence}`),
      lost: (why) => heard.push(`lost: ${why}`),
      back: () => heard.push('back'),
    },
  );
  return {
    asked,
    heard,
    stop,
    sinces: () => asked.map(({ since }) => since),
    answers: (status = 200, text = '') => {
      asked.at(-1)!.hearing.status(status);
      asked.at(-1)!.hearing.data(Buffer.from(text));
    },
    ends: (error?: Error) => asked.at(-1)!.hearing.end(error),
    happens: (action: string, time?: number) => onEvent({ action, time, exitCode: undefined }),
    loses: () => news.lost?.('no engine'),
    comesBack: (since: number) => news.back?.(since),
  };
}

test('the next run is followed since just before its start, and since the end of the run before', () => {
  const { sinces, heard, answers, ends, happens } = followed();
  answers(200, 'one\n');
  ends();
  happens('die', 999_000);
  happens('start', 1_000_000);
  answers(200, 'two\n');
  happens('die', 1_000_900);
  happens('start', 1_001_000);
  expect(sinces()).toEqual([undefined, '999.500000000', '1000.900000000']);
  expect(heard).toEqual(['one', 'two']);
});

test('one that is started later is followed from then on', () => {
  const { asked, sinces, happens } = followed(0);
  expect(asked).toEqual([]);
  happens('start', 10_000);
  expect(sinces()).toEqual(['9.500000000']);
});

test('a stream that breaks off while the run goes on is asked for again, since then', async () => {
  const { sinces, answers, ends, heard } = followed();
  answers(200, 'one\n');
  await vi.advanceTimersByTimeAsync(50_000);
  ends(new Error('reset'));
  await vi.advanceTimersByTimeAsync(100);
  // No engine answers: all since the first break is still to be heard.
  ends(new Error('refused'));
  await vi.advanceTimersByTimeAsync(200);
  answers(200, 'two\n');
  expect(sinces()).toEqual([undefined, '1049.900000000', '1049.900000000']);
  expect(heard).toEqual(['one', 'two']);
});

test('with the run ended, nothing is asked for', async () => {
  const { asked, answers, ends, happens } = followed();
  answers();
  ends();
  happens('die', 1_000_000);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([asked.length, vi.getTimerCount()]).toEqual([1, 0]);
});

test('the stream that ends behind the run is not asked for again', async () => {
  const { asked, answers, ends, happens } = followed();
  answers();
  happens('die', 1_000_000);
  ends();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([asked.length, vi.getTimerCount()]).toEqual([1, 0]);
});

test('an engine that is back is asked once, since it was lost', async () => {
  const { sinces, heard, answers, ends, loses, comesBack, stop } = followed();
  answers();
  ends();
  loses();
  comesBack(999_900);
  answers();
  comesBack(999_950);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sinces()).toEqual([undefined, '999.900000000']);
  expect(heard).toEqual(['lost: no engine', 'back', 'back']);
  stop();
  expect(heard.at(-1)).toBe('unwatched');
});

test.each([
  [501, '{"message":"configured logging driver does not support reading"}', 'configured logging driver does not'],
  [403, 'Forbidden by the proxy', 'status 403'],
])('a refusal (%i) is told and not asked again', async (status, body, sentence) => {
  const { asked, heard, answers, ends } = followed();
  answers(status, body);
  ends();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(1);
  expect(heard).toEqual([expect.stringContaining(`failed: ${sentence}`)]);
});

test('a broken engine (500) is asked again, and what it says is no line', async () => {
  const { asked, heard, answers, ends } = followed();
  answers(500, 'a stack\n');
  ends();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toHaveLength(2);
  expect(heard).toEqual([]);
});
