/** A point in time since the epoch. */
export interface Timed {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/**
 * Puts the items of several live sources into time order. `now` is in ms, of a clock that never
 * goes back.
 */
export interface Merge<T extends Timed> {
  /** Adds a source, at any time, and returns its number. */
  add(): number;
  push(source: number, items: readonly T[], now: number): void;
  /**
   * Marks the end of a source: no item waits for it any more. The items that it brought go out in
   * their turn.
   */
  end(source: number): void;
  /** The items that may go out by now, in time order. */
  take(now: number): T[];
  /** All items that are held, in time order. */
  flush(): T[];
  /** How many items are held. */
  held(): number;
  /** How many items came when a later one had already gone out. */
  late(): number;
}

interface Held<T> {
  readonly item: T;
  /** counts up, so that items of equal times go out in the order in which they came */
  readonly order: number;
  /** in ms */
  readonly came: number;
}

interface Source {
  newest: Timed;
  /** in ms */
  lastCame: number;
}

const BEGINNING: Timed = { seconds: -Infinity, nanoseconds: 0 };
const NEVER: Timed = { seconds: Infinity, nanoseconds: 0 };

/**
 * Makes a merge. The oldest item goes out as soon as no source can bring an older one: each source
 * has either brought an item as late or later, or has been silent for `hold` ms. An item waits for
 * a silent source for at most `hold` ms. Within a source, an older item may follow a newer one.
 */
export function merge<T extends Timed>(hold: number): Merge<T> {
  const sources = new Map<number, Source>();
  let heap: Held<T>[] = [];
  let added = 0;
  let order = 0;
  let late = 0;
  let lastOut = BEGINNING;

  const push = (source: number, items: readonly T[], now: number): void => {
    let newest = sources.get(source)?.newest ?? BEGINNING;
    for (const item of items) {
      if (compare(item, newest) > 0) newest = item;
      if (compare(item, lastOut) < 0) late++;
      insert(heap, { item, order: order++, came: now });
    }
    if (items.length > 0 && sources.has(source)) sources.set(source, { newest, lastCame: now });
  };

  const take = (now: number): T[] => {
    const all = [...sources.values()];
    const surely = earliest(all);
    const patiently = earliest(all.filter(({ lastCame }) => now - lastCame < hold));
    const out: T[] = [];
    for (let first = heap[0]; first !== undefined; first = heap[0]) {
      const until = now - first.came >= hold ? patiently : surely;
      if (compare(first.item, until) > 0) break;
      out.push(first.item);
      removeFirst(heap);
    }
    return gone(out);
  };

  const flush = (): T[] => {
    const out = heap.toSorted(before).map(({ item }) => item);
    heap = [];
    return gone(out);
  };

  const gone = (out: T[]): T[] => {
    const last = out.at(-1);
    if (last !== undefined && compare(last, lastOut) > 0) lastOut = last;
    return out;
  };

  const add = (): number => {
    sources.set(added, { newest: BEGINNING, lastCame: -Infinity });
    return added++;
  };
  return {
    add,
    push,
    end: (source) => void sources.delete(source),
    take,
    flush,
    held: () => heap.length,
    late: () => late,
  };
}

function earliest(sources: readonly Source[]): Timed {
  return sources.reduce((least, { newest }) => (compare(newest, least) < 0 ? newest : least), NEVER);
}

function compare(one: Timed, other: Timed): number {
  return one.seconds === other.seconds ? one.nanoseconds - other.nanoseconds : one.seconds - other.seconds;
}

function before(one: Held<Timed>, other: Held<Timed>): number {
  return compare(one.item, other.item) || one.order - other.order;
}

// A binary heap: the children of item i are items 2i + 1 and 2i + 2, and neither comes before it.

function insert<T extends Timed>(heap: Held<T>[], held: Held<T>): void {
  let at = heap.length;
  heap.push(held);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (before(held, heap[parent]!) >= 0) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = held;
}

function removeFirst<T extends Timed>(heap: Held<T>[]): void {
  const moved = heap.pop()!;
  if (heap.length === 0) return;
  let at = 0;
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!) < 0) child++;
    if (before(moved, heap[child]!) <= 0) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = moved;
}
