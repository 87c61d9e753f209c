import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Container } from '../../../../src/engine/container.ts';
import type { Hearing } from '../../../../src/engine/ways/way.ts';
import { type EngineNews, watchContainer } from '../../../../src/engine/watching/container-events.ts';
import { container } from '../../fakes.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

const BEGAN = 900_000;
const running = (startedAt = BEGAN) => container({ state: { pid: 7, startedAt } });
const ended = () =>
  container({ state: { pid: 0, status: 'exited', startedAt: BEGAN, finishedAt: 950_000, exitCode: 137 } });

/** A container that is watched, at an engine that is spoken for by the test. */
function watched(first: Container, news: EngineNews = {}) {
  const asked: { readonly since: string | undefined; readonly hearing: Hearing; isStopped: boolean }[] = [];
  const heard: string[] = [];
  let now: Container | undefined = first;
  const way = {
    ask: (_: string, query: Readonly<Record<string, string>>, hearing: Hearing) => {
      const one = { since: query['since'], hearing, isStopped: false };
      asked.push(one);
      return () => void (one.isStopped = true);
    },
  };
  const stop = watchContainer(
    way,
    async () => now,
    first,
    ({ action, exitCode }) => heard.push([action, exitCode].join(' ').trim()),
    news,
  );
  return {
    asked,
    heard,
    stop,
    newest: () => asked.at(-1)!,
    becomes: (changed?: Container) => void (now = changed),
    answers: (code = 200) => asked.at(-1)!.hearing.status(code),
    says: (action: string, time: number) =>
      asked.at(-1)!.hearing.data(Buffer.from(`${JSON.stringify({ Action: action, timeNano: time * 1e6 })}\n`)),
    /** The engine goes. */
    goes: () => asked.at(-1)!.hearing.end(),
  };
}

test('a stream that ends is asked for again, since the last event', async () => {
  const { asked, answers, says, goes, heard, stop } = watched(running());
  answers();
  says('pause', 1_000_000.5);
  goes();
  await vi.advanceTimersByTimeAsync(100);
  expect(asked.map(({ since }) => since)).toEqual([undefined, '1000.000500000']);
  answers();
  says('pause', 1_000_000.5);
  says('unpause', 1_000_001);
  expect(heard).toEqual(['pause', 'unpause']);
  stop();
  expect([asked[1]!.isStopped, vi.getTimerCount()]).toEqual([true, 0]);
});

test('without an event, since just before the stream ended', async () => {
  const { asked, answers, goes } = watched(running());
  answers();
  await vi.advanceTimersByTimeAsync(50_000);
  goes();
  await vi.advanceTimersByTimeAsync(200);
  expect(asked[1]!.since).toBe('1049.900000000');
});

test.each<readonly [string, Container, Container | undefined, readonly string[]]>([
  ['nothing', running(), running(), []],
  ['its end', running(), ended(), ['die 137']],
  ['a restart', running(), running(BEGAN + 1), ['die', 'start']],
  ['a start', ended(), running(BEGAN + 1), ['start']],
  ['its removal', running(), undefined, ['die', 'destroy']],
  ['the removal of what did not run', ended(), undefined, ['destroy']],
  [
    'its end for want of memory',
    running(),
    { ...ended(), state: { ...ended().state, oomKilled: true } },
    ['oom', 'die 137'],
  ],
])('an engine that was restarted, and %s meanwhile', async (_, before, after, told) => {
  const { answers, goes, becomes, heard } = watched(before);
  answers();
  becomes(after);
  goes();
  await vi.advanceTimersByTimeAsync(100);
  answers();
  await vi.advanceTimersByTimeAsync(0);
  expect(heard).toEqual(told);
});

test('what was found out is not told again by the engine', async () => {
  const { answers, goes, becomes, says, heard } = watched(running());
  answers();
  becomes(running(1_000_300));
  goes();
  await vi.advanceTimersByTimeAsync(100);
  answers();
  await vi.advanceTimersByTimeAsync(0);
  says('die', 1_000_200);
  says('start', 1_000_301);
  expect(heard).toEqual(['die', 'start']);
  says('die', 1_000_400);
  says('start', 1_000_500);
  expect(heard).toEqual(['die', 'start', 'die', 'start']);
});

test('what the engine told first is not found out again', async () => {
  const { answers, goes, becomes, says, heard } = watched(running());
  answers();
  becomes(ended());
  goes();
  await vi.advanceTimersByTimeAsync(100);
  answers();
  says('die', 1_000_200);
  await vi.advanceTimersByTimeAsync(0);
  expect(heard).toEqual(['die']);
});

test('while no engine answers, the process itself is looked at; that is said once', async () => {
  let isAlive = true;
  const told: string[] = [];
  const { asked, answers, goes, becomes, heard } = watched(running(), {
    isAlive: () => isAlive,
    lost: () => told.push('lost'),
    back: (since) => told.push(`back ${since}`),
  });
  answers();
  goes();
  for (let tries = 0; tries < 5; tries++) {
    await vi.advanceTimersByTimeAsync(1_000);
    goes();
  }
  expect([asked.length, told, heard]).toEqual([6, ['lost'], []]);
  isAlive = false;
  goes();
  expect(heard).toEqual(['die']);
  becomes(ended());
  await vi.advanceTimersByTimeAsync(1_000);
  answers();
  await vi.advanceTimersByTimeAsync(0);
  expect(heard).toEqual(['die']);
  expect(told).toEqual(['lost', 'back 999900']);
});

test('an engine that takes the connection and says nothing is no answer', async () => {
  const told: string[] = [];
  let isAlive = true;
  const { answers, goes, heard } = watched(running(), { isAlive: () => isAlive, lost: () => told.push('lost') });
  answers();
  goes();
  await vi.advanceTimersByTimeAsync(2_000);
  isAlive = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect([told, heard]).toEqual([['lost'], ['die']]);
});

test('a proxy that ends a stream now and then is no loss', async () => {
  const lost = vi.fn();
  const { answers, goes } = watched(running(), { lost });
  for (let times = 0; times < 5; times++) {
    answers();
    await vi.advanceTimersByTimeAsync(600_000);
    goes();
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(lost).not.toHaveBeenCalled();
});

test('who may not hear events does not ask again', async () => {
  const { asked, answers, goes } = watched(running());
  answers(403);
  goes();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked.length).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('who may not hear events is told why, and of the end of the process all the same', async () => {
  let isAlive = true;
  const lost = vi.fn();
  const { asked, answers, goes, heard, newest, stop } = watched(running(), { isAlive: () => isAlive, lost });
  answers(403);
  newest().hearing.data(Buffer.from('{"message":"not for\\u001b[31m you"}'));
  goes();
  expect(lost.mock.calls).toEqual([
    ["the engine sends no events (not for\\e[31m you): dbg watches the container's process instead"],
  ]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([asked.length, heard]).toEqual([1, []]);
  isAlive = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(heard).toEqual(['die']);
  stop();
  expect([lost.mock.calls.length, vi.getTimerCount()]).toEqual([1, 0]);
});

test.each([
  [403, '{"message":"not for\\u001b[31m you"}', 'not for\\e[31m you'],
  [404, 'page not found', 'status 404'],
  [503, '<html>', 'status 503'],
])(
  'an engine, or a proxy, that refuses (%i) after a while is asked on, and the reason is told',
  async (code, body, why) => {
    const told: string[] = [];
    const { asked, answers, goes, heard, newest } = watched(running(), {
      lost: (reason) => told.push(reason),
      back: () => told.push('back'),
    });
    answers();
    goes();
    for (let tries = 1; tries <= 5; tries++) {
      while (asked.length === tries) await vi.advanceTimersByTimeAsync(50);
      answers(code);
      newest().hearing.data(Buffer.from(body));
      goes();
    }
    expect(asked.length).toBe(6);
    expect(told.length).toBe(1);
    expect(told[0]).toBe(
      `the engine sends no events (${why}): dbg keeps asking, and watches the container's process meanwhile`,
    );
    await vi.advanceTimersByTimeAsync(1_000);
    answers();
    await vi.advanceTimersByTimeAsync(0);
    expect([told.slice(1), heard]).toEqual([['back'], []]);
  },
);

test('one that is away, and then refuses, is told as both, each once', async () => {
  const told: string[] = [];
  const { answers, goes } = watched(running(), { lost: (reason) => told.push(reason) });
  answers();
  goes();
  for (let tries = 0; tries < 6; tries++) {
    await vi.advanceTimersByTimeAsync(1_000);
    if (tries % 3 > 0) answers(403);
    goes();
  }
  expect(told).toEqual([
    expect.stringMatching(/^the engine does not answer any more/),
    expect.stringContaining('(status 403)'),
  ]);
});

test('an engine that is broken from the first is told as that', async () => {
  const told: string[] = [];
  const { asked, answers, goes, newest } = watched(running(), { lost: (reason) => told.push(reason) });
  answers(500);
  const message = Buffer.from('{"message":"für"}');
  newest().hearing.data(message.subarray(0, 13));
  newest().hearing.data(message.subarray(13));
  goes();
  await vi.advanceTimersByTimeAsync(1_000);
  expect([asked.length > 1, told]).toEqual([true, [expect.stringContaining('(für): dbg keeps asking')]]);
});

test('an engine that ends each stream at once is asked once a second', async () => {
  let answered = 0;
  const { asked, answers, goes } = watched(running());
  for (let tenths = 0; tenths < 100; tenths++) {
    if (tenths === 0 || asked.length > answered) {
      answered++;
      answers();
      goes();
    }
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.length).toBeLessThan(16);
});
