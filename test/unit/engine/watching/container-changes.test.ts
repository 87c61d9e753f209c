import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchChanges } from '../../../../src/engine/watching/container-changes.ts';
import type { Hearing } from '../../../../src/engine/ways/way.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

/** An engine that is spoken for by the test, and how often dbg was told of a change. */
function watched() {
  const asked: { readonly hearing: Hearing; readonly filters: string | undefined; isStopped: boolean }[] = [];
  let changes = 0;
  const stop = watchChanges(
    {
      ask: (_, query, hearing) => {
        const one = { hearing, filters: query['filters'], isStopped: false };
        asked.push(one);
        return () => void (one.isStopped = true);
      },
    },
    () => changes++,
  );
  const say = (text: string) => asked.at(-1)!.hearing.data(Buffer.from(text));
  return { asked, stop, say, changes: () => changes, newest: () => asked.at(-1)!.hearing };
}

test('the beginning of the stream is a change, and so is each event', () => {
  const { asked, newest, say, changes, stop } = watched();
  expect(JSON.parse(asked[0]!.filters!)).toMatchObject({ type: ['container'], event: expect.arrayContaining(['die']) });
  expect(changes()).toBe(0);
  newest().status(200);
  expect(changes()).toBe(1);
  say('{"Action":"start"}\n{"Action":"di');
  say('e"}\n');
  expect(changes()).toBe(3);
  stop();
  expect(asked[0]!.isStopped).toBe(true);
});

test('a stream that ends is a change, and is asked for again', async () => {
  const { asked, newest, changes, stop } = watched();
  newest().status(200);
  newest().end();
  expect(changes()).toBe(2);
  await vi.advanceTimersByTimeAsync(100);
  expect(asked).toHaveLength(2);
  newest().status(200);
  expect(changes()).toBe(3);
  stop();
});

test('an engine that refuses tells nothing, and is asked ever more seldom, a second apart at most', async () => {
  const { asked, newest, say, changes, stop } = watched();
  for (const after of [100, 200, 400, 800, 1000, 1000]) {
    newest().status(500);
    say('{"Action":"start"}\n');
    newest().end(new Error('gone'));
    const before = asked.length;
    await vi.advanceTimersByTimeAsync(after - 1);
    expect(asked).toHaveLength(before);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toHaveLength(before + 1);
  }
  expect(changes()).toBe(0);
  stop();
  newest().end();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toHaveLength(7);
});
