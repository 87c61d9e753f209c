import type { Context } from '../../context.ts';
import { DbgError } from '../../errors.ts';
import { changesBetween, EMPTY, type Changes } from '../../host-page/changes.ts';
import type { HostPicture } from '../../host-page/host-picture.ts';
import { MAP_PROGRAMS } from '../../network/map/survey-host.ts';
import type { TimelineEntry } from '../../timeline/timeline-entry.ts';
import { mapLooker } from './look-at-map.ts';
import { followFindings } from './look-for-findings.ts';
import { repeat } from './repeat.ts';

/** Between two looks for a recording. */
const EVERY_MS = 5_000;
/** A look may take a fifth of the time. */
const REST = 4;
/**
 * How often each container is examined, where there is time for all of them, and the pauses: a
 * recording goes on for a night. One to which something happened is examined soon.
 */
const EXAMINED = { everyMs: 300_000, rest: 19 };

export interface ChangesFollowed {
  /** Entries of the timeline: what they tell of may have changed the map, or be wrong now. */
  happened(entries: readonly TimelineEntry[]): void;
  /** The containers that are watched: these are examined. The map has all of the host. */
  watched(containers: readonly { readonly id: string; readonly name: string }[]): void;
  stop(): void;
}

/**
 * Tells what changes on the map of the host and in what `dbg why` finds, for a recording, until it
 * is stopped. Only root can see the wires, and only with these programs: without them it tells
 * nothing, and the recording has no map.
 */
export function followChanges(ctx: Context, onChanges: (changes: Changes, at: number) => void): ChangesFollowed {
  const { host, clock } = ctx;
  if (!host.isRoot || MAP_PROGRAMS.some((program) => host.find(program).kind !== 'found')) {
    return { happened: () => undefined, watched: () => undefined, stop: () => undefined };
  }
  const looker = mapLooker(ctx);
  let before: HostPicture = EMPTY;
  let isOver = false;
  const seen = (part: Partial<HostPicture>, at: number) => {
    if (isOver) return;
    const now = { ...before, ...part };
    const changes = changesBetween(before, now);
    before = now;
    if (changes) onChanges(changes, at);
  };
  const findings = followFindings(ctx, (badges) => seen({ badges }, ctx.now()), EXAMINED);
  const looks = repeat(
    async () => {
      const { part, at } = (await looker.then((look) => look()).catch(ignoreRefusal)) ?? {};
      if (part === undefined || at === undefined) return;
      seen(part, at);
    },
    { everyMs: EVERY_MS, rest: REST, clock },
  );
  return {
    happened: (entries) => {
      for (const { kind, container } of entries) {
        if (kind === 'log') continue;
        looks.soon();
        if (container && kind !== 'note') findings.changed(container.id);
      }
    },
    watched: findings.known,
    stop: () => {
      isOver = true;
      looks.stop();
      findings.stop();
    },
  };
}

/** A look that failed is no news of the timeline, which tells itself when the engine is away. */
function ignoreRefusal(error: unknown): undefined {
  if (!(error instanceof DbgError)) throw error;
}
