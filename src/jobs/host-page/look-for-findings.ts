import type { Context } from '../../context.ts';
import type { Badge } from '../../host-page/host-picture.ts';
import { badgeOf } from '../../host-page/page-badges.ts';
import { examineAll } from '../why/examine.ts';
import { PATIENCE_MS } from '../why/gather-facts.ts';
import { repeat } from './repeat.ts';

/** Each container is examined this often, and dbg rests as long as an examination took. */
const EXAMINED = { everyMs: 30_000, rest: 1 };
/** Whose turn it is, is looked at this often. */
const TURN_MS = 250;

export interface FindingsFollowed {
  /** The containers that there are now. */
  known(containers: readonly { readonly id: string; readonly name: string }[]): void;
  /** Something happened to a container: it is examined soon. */
  changed(id: string): void;
  stop(): void;
}

/**
 * Examines containers as `dbg why` does, one at a time, with a pause of `rest` times as long as the
 * examination took: each one every `everyMs`, or as often as there is time for all, and soon after
 * something happened to it.
 */
export function followFindings(
  ctx: Context,
  onBadges: (badges: readonly Badge[]) => void,
  { everyMs, rest } = EXAMINED,
): FindingsFollowed {
  const { clock } = ctx;
  let all: readonly { readonly id: string; readonly name: string }[] = [];
  const badges = new Map<string, Badge>();
  /** when each was examined last */
  const examined = new Map<string, number>();
  /** those to which something has happened since, the first one first */
  const wanted = new Set<string>();
  let isTurnOfWanted = true;
  const isDue = ({ id }: { readonly id: string }) => clock() - (examined.get(id) ?? -Infinity) >= everyMs;

  const turns = repeat(
    async () => {
      const due = all.filter(isDue).toSorted((a, b) => (examined.get(a.id) ?? 0) - (examined.get(b.id) ?? 0))[0];
      const changed = [...wanted].flatMap((id) => all.find((each) => each.id === id) ?? [])[0];
      // By turns: a container to which things happen all the time takes half of the time at most.
      const next = isTurnOfWanted ? (changed ?? due) : (due ?? changed);
      if (next === undefined) return;
      isTurnOfWanted = !isTurnOfWanted;
      examined.set(next.id, clock());
      wanted.delete(next.id);
      const [seen] = await examineAll(ctx, [next], PATIENCE_MS);
      if (seen?.kind === 'examined') badges.set(next.id, badgeOf(next.id, seen.examined.verdict, ctx.now()));
      else badges.delete(next.id);
      onBadges([...badges.values()]);
    },
    { everyMs: TURN_MS, rest, clock },
  );
  return {
    known: (containers) => {
      all = containers;
      const ids = new Set(containers.map(({ id }) => id));
      for (const id of [...examined.keys()].filter((each) => !ids.has(each))) {
        examined.delete(id);
        wanted.delete(id);
        if (badges.delete(id)) onBadges([...badges.values()]);
      }
    },
    changed: (id) => {
      if (examined.has(id)) wanted.add(id);
      turns.soon();
    },
    stop: turns.stop,
  };
}
