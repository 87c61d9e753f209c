import { availableParallelism } from 'node:os';
import type { Side } from '../wire/http/exchange.ts';

/** In ms. When an answer comes within this time, the next piece is likely to come as soon. */
const SOON_MS = 0.2;

/**
 * Looks for the next piece instead of sleeping, while the two ends of one connection answer each
 * other within SOON_MS. Gives a function that must be told of each piece that was moved; `time` is
 * in ms of `clock`.
 * To be woken twice is a quarter of what such a call takes through dbg. With busy polling, `_ping`
 * on one connection reaches 1.1 of the calls a second of plain socat, without it 0.82 (npm run
 * bench -- api).
 */
export function busyPoll(
  clock: () => number,
  processors = availableParallelism(),
): (connection: number, from: Side, time: number) => void {
  // With one processor, polling would take it from the engine.
  if (processors === 1) return () => undefined;
  let last: { connection: number; from: Side; time: number } = { connection: 0, from: 'client', time: 0 };
  let until = 0;
  let isLooking = false;
  const look = () => {
    isLooking = clock() < until;
    if (isLooking) setImmediate(look);
  };
  return (connection, from, time) => {
    const isAnswer = connection === last.connection && from !== last.from && time - last.time < SOON_MS;
    last = { connection, from, time };
    until = isAnswer ? time + SOON_MS : 0;
    if (!isAnswer || isLooking) return;
    isLooking = true;
    setImmediate(look);
  };
}
