import { comparable } from './comparable.ts';
import type { TracedProcess, TraceEvent } from './trace.ts';

/** The place where two runs part. */
export interface Difference {
  /** which process, counted from 1 in the order in which they were made */
  readonly process: number;
  /** the PID of the process in each run */
  readonly pids: readonly [number | undefined, number | undefined];
  /** how many events the two runs have in common before they part */
  readonly commonCount: number;
  /** the last of these events, as the first run has them */
  readonly common: readonly TraceEvent[];
  /** the next event of each run; undefined where it has no more */
  readonly next: readonly [TraceEvent | undefined, TraceEvent | undefined];
}

/** How many of the common events are shown: those that lead up to the difference. */
const SHOWN = 3;

/**
 * The first event at which two runs part. undefined when they do not.
 * - Processes are paired in the order in which they were made. Each pair is compared by itself,
 *   because how processes take turns is chance.
 * - Where several pairs differ, the one that differs first in the first run counts.
 */
export function firstDifference(
  one: readonly TracedProcess[],
  other: readonly TracedProcess[],
): Difference | undefined {
  const count = Math.max(one.length, other.length);
  const found = Array.from({ length: count }, (_, at) => pairDifference(at, one[at], other[at])).filter(
    (each) => each !== undefined,
  );
  return found.toSorted((a, b) => place(a) - place(b))[0];
}

function pairDifference(
  at: number,
  one: TracedProcess | undefined,
  other: TracedProcess | undefined,
): Difference | undefined {
  const [left, right] = [one, other].map((process) => compared(process?.events ?? [])) as [Compared[], Compared[]];
  const parts = left.findIndex(({ key }, index) => key !== right[index]?.key);
  const commonCount = parts >= 0 ? parts : left.length;
  const [next, otherNext] = [left[commonCount]?.event, right[commonCount]?.event];
  if (next === undefined && otherNext === undefined) return undefined;
  return {
    process: at + 1,
    pids: [one?.pid, other?.pid],
    commonCount,
    common: left.slice(Math.max(0, commonCount - SHOWN), commonCount).map(({ event }) => event),
    next: [next, otherNext],
  };
}

interface Compared {
  readonly event: TraceEvent;
  readonly key: string;
}

function compared(events: readonly TraceEvent[]): Compared[] {
  return events.flatMap((event) => {
    const key = comparable(event.text);
    return key === undefined ? [] : [{ event, key }];
  });
}

/**
 * The line of a difference in the first run. It is the line of the event's result: a parent that
 * waits began its wait before its child failed. Where the first run has no more events, it is just
 * behind the last common one.
 */
function place({ next, common }: Difference): number {
  return next[0]?.end ?? (common.at(-1)?.end ?? Infinity) + 0.5;
}
