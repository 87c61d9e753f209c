import { shellQuote } from '../text.ts';
import type { Recording } from '../timeline/recording.ts';
import { applied, changesBetween, EMPTY } from './changes.ts';
import { checkedChanges } from './checked-changes.ts';
import type { Card, HostPicture } from './host-picture.ts';
import { entryStore, MOST_KEPT } from './page-entries.ts';
import type { Moment } from './page-message.ts';
import { pageUsage } from './page-usage.ts';

/** A recording of `dbg watch`, as the page shows it. */
export interface HostReplay {
  /** ms since the epoch: its first and its last moment */
  readonly from: number;
  readonly to: number;
  /** all that was to be seen then, from nothing */
  momentAt(time: number): Moment;
}

/** Of so many looks at the map one is kept whole; the others are made of it again. */
const WHOLE = 64;

/** Prepares a recording for being looked at, at any of its times. */
export function replayOf({ header, entries, usage, maps, end }: Recording): HostReplay {
  const inOrder = entries.toSorted((a, b) => a.at - b.at);
  const samples = usage.toSorted((a, b) => a.at - b.at);
  const whole: HostPicture[] = [];
  let picture = EMPTY;
  maps.forEach(({ changes }, index) => {
    picture = applied(picture, checkedChanges(changes));
    if (index % WHOLE === 0) whole.push(picture);
  });
  const times = [
    header.started,
    ...[inOrder, samples, maps].flatMap((all) => [all[0], all.at(-1)]).flatMap((each) => each?.at ?? []),
  ];
  const [from, to] = [Math.min(...times), Math.max(...times, end?.at ?? header.started)];

  function mapAt(time: number): HostPicture {
    const count = countUntil(maps, time);
    if (count === 0) return EMPTY;
    const at = Math.floor((count - 1) / WHOLE);
    return maps
      .slice(at * WHOLE + 1, count)
      .reduce((before, { changes }) => applied(before, checkedChanges(changes)), whole[at]!);
  }

  return {
    from,
    to,
    momentAt: (time) => {
      const sample = samples[countUntil(samples, time) - 1];
      const rows = sample ? sample.rows.map(pageUsage) : [];
      const map = mapAt(time);
      const cards = maps.length > 0 ? map.cards : rows.map(({ key, name, state }) => unknownCard(key, name, state));
      const store = entryStore();
      const count = countUntil(inOrder, time);
      store.add(inOrder.slice(Math.max(0, count - MOST_KEPT), count));
      return {
        at: time,
        changes: changesBetween(EMPTY, { ...map, cards, usage: rows }) ?? {},
        entries: store.all(),
      };
    },
  };
}

/** How many of the things, which are in order, are not later than a time. */
function countUntil(all: readonly { readonly at: number }[], time: number): number {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle]!.at <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A container of a recording without a map. */
const unknownCard = (key: string, name: string, state: string): Card => ({
  key,
  name,
  word: shellQuote(name),
  image: '',
  state,
  health: '',
  project: '',
  on: 'unknown',
  ports: [],
});
