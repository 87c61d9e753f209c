import { comparable } from './comparable.ts';
import type { TracedProcess, TraceEvent } from './trace.ts';

/** Where two runs part. */
export interface Difference {
  /** which process, in the order in which they were made, from 1 */
  readonly process: number;
  /** its pid in each of them */
  readonly pids: readonly [number | undefined, number | undefined];
  /** how many of its events the two have in common */
  readonly commonCount: number;
  /** the last of those, as the first run has them */
  readonly common: readonly TraceEvent[];
  /** what each does next; undefined where it does no more */
  readonly next: readonly [TraceEvent | undefined, TraceEvent | undefined];
}

/** So many calls lead up to the one that matters. */
const SHOWN = 3;

/**
 * The first event at which two runs part; undefined when there is none. Processes are paired in the order in which they were made, and each pair is
 * compared by itself: how they take turns is chance. Of several that differ, the one that does so first in the first run.
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
 * Where it is in the first run: where its result stands, for a parent that waits began to before its child failed; behind the last
 * common one when that run does no more.
 */
function place({ next, common }: Difference): number {
  return next[0]?.end ?? (common.at(-1)?.end ?? Infinity) + 0.5;
}
