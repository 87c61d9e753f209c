import type { Socket } from 'node:net';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { guesses } from '../../../../../src/api/gate/share/guesses.ts';
import { strangers } from '../../../../../src/api/gate/share/strangers.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Those who say a password: who was looked at, in their order. */
function guessing() {
  const line = guesses();
  const seen: string[] = [];
  return {
    seen,
    say: (address: string, name: string, isRight = false, isGone = () => false) => {
      const look = () => {
        seen.push(name);
        if (!isRight) line.wrong();
      };
      const turn = line.turn(address, isGone);
      if (turn) void turn.then(look);
      else look();
    },
    // And setImmediate, behind what happened then.
    second: async () => {
      await vi.advanceTimersByTimeAsync(1000);
      await vi.advanceTimersByTimeAsync(1);
    },
  };
}

test('after a wrong one, another is looked at each second, of one address after the other', async () => {
  const { say, seen, second } = guessing();
  say('a', 'a1');
  for (const name of ['a2', 'a3', 'a4']) say('a', name);
  say('b', 'b1');
  say('b', 'b2', true);
  expect(seen).toEqual(['a1']);
  await second();
  expect(seen).toEqual(['a1', 'a4']);
  await second();
  // A right one takes no time: the next comes at once.
  expect(seen).toEqual(['a1', 'a4', 'b2', 'a3']);
  for (let at = 0; at < 5; at++) await second();
  expect(seen).toEqual(['a1', 'a4', 'b2', 'a3', 'b1', 'a2']);
  say('a', 'later', true);
  expect(seen.at(-1)).toBe('later');
});

test('who is gone is passed over', async () => {
  const { say, seen, second } = guessing();
  say('a', 'a1');
  say('a', 'a2', true);
  say('a', 'a3', false, () => true);
  say('b', 'b1', false, () => true);
  await second();
  expect(seen).toEqual(['a1', 'a2']);
});

test('of too many strangers, the oldest of whoever has the most is closed', () => {
  const closed: string[] = [];
  const client = (remoteAddress: string, name: string) =>
    Object.assign(new EventEmitter(), { remoteAddress, destroy: () => closed.push(name) }) as unknown as Socket;
  const all = strangers();
  const known = client('b', 'known');
  const one = client('b', 'one');
  all.add(known);
  all.remove(known);
  all.add(one);
  for (let at = 0; at < 300; at++) all.add(client('a', `a${at}`));
  expect(closed).toEqual(Array.from({ length: 45 }, (_, at) => `a${at}`));
  expect([all.has(one), all.has(known)]).toEqual([true, false]);
});
