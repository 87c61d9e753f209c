import type { TimelineEntry } from './timeline-entry.ts';

/** One stream of entries that flows into a timeline. */
export interface EntrySource {
  add(entry: TimelineEntry): void;
  /** Backpressure: resolves when the timeline has caught up. undefined when it is not behind. */
  drained(): Promise<void> | undefined;
  /** All that happened before is told: from now on nothing waits for this source. */
  live(): void;
  /** Nothing more comes. */
  end(): void;
}

export interface TimeOrder {
  /**
   * `isHistory`: until `live`, nothing is given that could be later than what this source has yet.
   */
  source(isHistory: boolean): EntrySource;
  /** The entries whose turn it is, in the order of their times; at most `most`. */
  take(most: number): TimelineEntry[];
  /** In how many ms it is the next entry's turn; undefined when nothing waits for time alone. */
  dueIn(): number | undefined;
}

interface Queue {
  entries: TimelineEntry[];
  arrived: number[];
  from: number;
  characters: number;
  state: 'history' | 'live' | 'ended';
  waiting: (() => void) | undefined;
  promise: Promise<void> | undefined;
}

/**
 * Brings the entries of many sources into the order of their times. Each source keeps its own
 * order. An entry waits until every source has told of its history, and then for `holdMs`: so much
 * later may another source tell of something earlier. Where a source comes faster than that,
 * nothing is held.
 */
export function timeOrder(holdMs: number, clock: () => number, wake: () => void): TimeOrder {
  const queues = new Set<Queue>();
  const headAt = (queue: Queue) => queue.entries[queue.from]?.at;

  /**
   * The queue with the earliest entry, and when the next queue has its own. undefined while the
   * history of a source is waited for.
   */
  function earliest(): { readonly queue: Queue; readonly until: number; readonly isHeld: boolean } | undefined {
    let first: Queue | undefined;
    let [firstAt, until, isHeld, isFull] = [Infinity, Infinity, false, false];
    for (const queue of queues) {
      const at = headAt(queue);
      if (queue.state === 'history' && at === undefined) return undefined;
      if (queue.state !== 'ended') isHeld = true;
      if (at === undefined) continue;
      if (queue.characters > MOST_CHARACTERS / 2) isFull = true;
      if (at < firstAt) [first, firstAt, until] = [queue, at, firstAt];
      else if (at < until) until = at;
    }
    return first && { queue: first, until, isHeld: isHeld && !isFull };
  }
  function shift(queue: Queue): TimelineEntry {
    const entry = queue.entries[queue.from]!;
    queue.from++;
    queue.characters -= sizeOf(entry);
    if (queue.from === queue.entries.length || queue.from >= MOST_TAKEN) {
      queue.entries = queue.entries.slice(queue.from);
      queue.arrived = queue.arrived.slice(queue.from);
      queue.from = 0;
    }
    if (queue.characters <= MOST_CHARACTERS / 4) {
      queue.waiting?.();
      queue.waiting = queue.promise = undefined;
    }
    if (queue.state === 'ended' && headAt(queue) === undefined) queues.delete(queue);
    return entry;
  }
  return {
    source: (isHistory) => {
      const queue: Queue = {
        entries: [],
        arrived: [],
        from: 0,
        characters: 0,
        state: isHistory ? 'history' : 'live',
        waiting: undefined,
        promise: undefined,
      };
      queues.add(queue);
      return {
        add: (entry) => {
          queue.entries.push(entry);
          queue.arrived.push(clock());
          queue.characters += sizeOf(entry);
          wake();
        },
        drained: () => {
          if (queue.characters <= MOST_CHARACTERS) return undefined;
          return (queue.promise ??= new Promise((resolve) => (queue.waiting = resolve)));
        },
        live: () => {
          if (queue.state === 'history') queue.state = 'live';
          wake();
        },
        end: () => {
          queue.state = 'ended';
          if (headAt(queue) === undefined) queues.delete(queue);
          wake();
        },
      };
    },
    take: (most) => {
      const taken: TimelineEntry[] = [];
      for (let next = earliest(); next !== undefined && taken.length < most; next = earliest()) {
        const { queue, until, isHeld } = next;
        const latest = isHeld ? clock() - holdMs : Infinity;
        const before = taken.length;
        while (taken.length < most && queue.arrived[queue.from]! <= latest && (headAt(queue) ?? Infinity) <= until) {
          taken.push(shift(queue));
        }
        if (taken.length === before) break;
      }
      return taken;
    },
    dueIn: () => {
      const next = earliest();
      if (next === undefined) return undefined;
      return next.isHeld ? Math.max(0, next.queue.arrived[next.queue.from]! + holdMs - clock()) : 0;
    },
  };
}

/** As much of a source waits at most, before it is not read on. */
const MOST_CHARACTERS = 1_048_576;
/** An entry takes some memory besides its text. */
const sizeOf = ({ text }: TimelineEntry) => text.length + 200;
/** After so many have been taken from a queue, its array is made anew. */
const MOST_TAKEN = 1024;
