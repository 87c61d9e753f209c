import type { Context } from '../../context.ts';
import { DbgError } from '../../errors.ts';
import type { HostPage } from '../../host-page/host-page.ts';
import { pageUsage } from '../../host-page/page-usage.ts';
import type { ContainerUsage } from '../../process/usage/container-usage.ts';
import type { TimelineEntry } from '../../timeline/timeline-entry.ts';
import { followTimeline } from '../timeline/follow-timeline.ts';
import type { MapLook } from './look-at-map.ts';
import { followFindings } from './look-for-findings.ts';
import { repeat } from './repeat.ts';

/**
 * Between two looks at the networks: each starts two programs and asks the engine of every
 * container.
 */
const MAP_MS = 2_000;
/** A look may take a fifth of the time. */
const MAP_REST = 4;
/** How much of the past the timeline begins with. */
const PAST_MS = 60_000;
/** Between two attempts where an engine does not answer. */
const AGAIN_MS = 2_000;

type Shown = Pick<HostPage, 'show' | 'add' | 'say'>;

/**
 * Follows the whole host for a page, until the function that it gives is called: its networks, what
 * containers use, what happens to them, what is wrong with them.
 */
export function followHost(ctx: Context, page: Shown, look: () => Promise<MapLook>): () => void {
  const stops: (() => void)[] = [];
  let isOver = false;
  const keep = (stop: () => void) => (isOver ? stop() : void stops.push(stop));
  const findings = followFindings(ctx, (badges) => page.show({ badges }, ctx.now()));
  const map = repeat(
    async () => {
      const { part, at, trouble } = await look().catch(lookFailed);
      if (isOver) return;
      if (part) page.show(part, at);
      page.say(trouble);
      if (part) findings.known(part.cards.map(({ key: id, name }) => ({ id, name })));
    },
    { everyMs: MAP_MS, rest: MAP_REST, clock: ctx.clock },
  );
  keep(findings.stop);
  keep(map.stop);

  const happened = (entries: readonly TimelineEntry[]) => {
    page.add(entries);
    for (const { kind, container } of entries) {
      if (kind === 'log' || kind === 'note') continue;
      map.soon();
      if (container) findings.changed(container.id);
    }
  };
  const rows = (all: readonly ContainerUsage[], at: number) => page.show({ usage: all.map(pageRow) }, at);
  void untilDone(
    async () => {
      const timeline = await followTimeline(ctx, {}, { since: ctx.now() - PAST_MS }, happened, rows);
      keep(timeline.stop);
    },
    () => isOver,
  );
  return () => {
    isOver = true;
    stops.splice(0).forEach((stop) => stop());
  };
}

const pageRow = (row: ContainerUsage) => pageUsage({ ...row });

/**
 * A look that failed, as when `ip` could not be started: the page says so, and what it has stays.
 */
function lookFailed(error: unknown): { readonly part: undefined; readonly at: number; readonly trouble: string } {
  if (!(error instanceof DbgError)) throw error;
  return { part: undefined, at: 0, trouble: `the networks of this host cannot be looked at: ${error.message}` };
}

/** Tries again where an engine does not answer: the look at the networks says so on the page. */
async function untilDone(attempt: () => Promise<void>, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof DbgError)) throw error;
      await new Promise((done) => setTimeout(done, AGAIN_MS));
    }
  }
}
