import { availableParallelism } from 'node:os';
import type { Side } from '../wire/http/exchange.ts';

/** Who is asked or answered in less is likely to go on so. */
const SOON_MS = 0.2;

/**
 * While one connection's two ends answer each other in quick succession, looks for the next piece instead of sleeping: to be woken twice is
 * a quarter of what such a call takes through dbg (npm run bench -- api: `_ping` on one connection, 0.82 of plain socat without, 1.1 with).
 * Gives a function to be told of each piece that was moved; time: in ms, the clock's.
 */
export function busyPoll(
  clock: () => number,
  processors = availableParallelism(),
): (connection: number, from: Side, time: number) => void {
  // The only processor is the engine's.
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
