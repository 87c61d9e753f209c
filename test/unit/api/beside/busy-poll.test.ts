import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Side } from '../../../../src/api/wire/http/exchange.ts';
import { busyPoll } from '../../../../src/api/beside/busy-poll.ts';

/** What is told moves the clock on; says how often the clock is looked at in 5 turns of the event loop. */
function poll(processors = 2) {
  let now = 1000;
  let looks = 0;
  const moved = busyPoll(() => {
    looks++;
    return now;
  }, processors);
  return {
    tell: (connection: number, from: Side, later: number) => moved(connection, from, (now += later)),
    wait: (ms: number) => (now += ms),
    looks: async () => {
      looks = 0;
      for (let turn = 0; turn < 5; turn++) await nextTurn();
      return looks;
    },
  };
}

test('after a question and a quick answer the next is looked for, for a short time', async () => {
  const { tell, wait, looks } = poll();
  tell(1, 'client', 1);
  expect(await looks()).toBe(0);
  tell(1, 'engine', 0.1);
  expect(await looks()).toBeGreaterThan(3);
  tell(1, 'client', 0.1);
  wait(0.15);
  expect(await looks()).toBeGreaterThan(3);
  wait(0.1);
  expect(await looks()).toBe(1);
  expect(await looks()).toBe(0);
  tell(1, 'engine', 1);
  tell(1, 'client', 0.1);
  expect(await looks()).toBeGreaterThan(3);
  wait(1);
});

test('a stream, a slow answer, or several connections at once: dbg sleeps', async () => {
  const { tell, looks } = poll();
  tell(1, 'client', 1);
  for (let piece = 0; piece < 3; piece++) tell(1, 'engine', 5);
  tell(1, 'engine', 0.01);
  tell(2, 'client', 0.01);
  tell(1, 'client', 0.01);
  expect(await looks()).toBe(0);
  tell(1, 'engine', 0.01);
  tell(2, 'engine', 0.01);
  await looks();
  expect(await looks()).toBe(0);
});

test('where the engine has no other processor, dbg sleeps', async () => {
  const { tell, looks } = poll(1);
  tell(1, 'client', 1);
  tell(1, 'engine', 0.1);
  expect(await looks()).toBe(0);
});
