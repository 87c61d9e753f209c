import type { PageEntry } from './host-picture.ts';
import { shortened } from './page-badges.ts';

/** What the page takes of a line of the timeline of `dbg watch`. */
export interface EntryLike {
  readonly at: number;
  readonly kind: string;
  readonly container: { readonly id: string; readonly name: string } | undefined;
  readonly stream?: string;
  readonly text: string;
}

/** The newest lines of the timeline, for pages that open later, and those that wait to be sent. */
export interface EntryStore {
  add(entries: readonly EntryLike[]): void;
  /** the oldest first */
  all(): readonly PageEntry[];
  /** What came since the last call: the newest lines, and how many more there were. */
  news(): { readonly entries: readonly PageEntry[]; readonly leftOut: number };
}

/** How many lines are kept. A page keeps as many. */
export const MOST_KEPT = 1000;
/** How many lines go to the pages at once: a container may write 100,000 in a second. */
const MOST_AT_ONCE = 200;
/** In characters. `dbg watch` shows all of a line. */
const MOST_TEXT = 500;

export function entryStore(): EntryStore {
  let kept: PageEntry[] = [];
  let number = 0;
  let sent = 0;
  return {
    add: (entries) => {
      // Of more lines than are kept, only those are made.
      const made = newest(entries, MOST_KEPT);
      number += entries.length - made.length;
      kept.push(...made.map((entry) => pageEntry(entry, ++number)));
      if (kept.length > 2 * MOST_KEPT) kept = newest(kept, MOST_KEPT);
    },
    all: () => newest(kept, MOST_KEPT),
    news: () => {
      const unsent = kept.filter((entry) => entry.number > sent);
      const fresh = newest(unsent, MOST_AT_ONCE);
      const leftOut = number - sent - fresh.length;
      sent = number;
      return { entries: fresh, leftOut };
    },
  };
}

/**
 * The newest entries, so many of them, in their order. Half of the room is for what is no line of a
 * log, where there is so much of it: among 100,000 lines in a second, nobody would find that a
 * container has died. The other half is for the newest of any kind.
 */
function newest<T extends { readonly kind: string }>(entries: readonly T[], most: number): T[] {
  if (entries.length <= most) return [...entries];
  const chosen = new Set(entries.filter(({ kind }) => kind !== 'log').slice(-most / 2));
  for (let at = entries.length - 1; chosen.size < most; at--) chosen.add(entries[at]!);
  return entries.filter((entry) => chosen.has(entry));
}

const pageEntry = ({ at, kind, container, stream = '', text }: EntryLike, number: number): PageEntry => ({
  number,
  at,
  kind,
  stream,
  id: container?.id ?? '',
  name: container?.name ?? '',
  text: shortened(text, MOST_TEXT),
});
