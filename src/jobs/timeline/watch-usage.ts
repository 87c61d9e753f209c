import type { Context } from '../../context.ts';
import { errorMessage } from '../../errors.ts';
import type { ContainerUsage } from '../../process/usage/container-usage.ts';
import { isChosen } from '../../timeline/members.ts';
import type { TimelineEntry } from '../../timeline/timeline-entry.ts';
import type { TimelineChoice } from '../../timeline/timeline-wish.ts';
import { usageWatcher } from '../../timeline/usage-entries.ts';
import { followUsage } from '../usage/follow-usage.ts';

/**
 * Tells of kills for want of memory and of throttling, once a second, until the function it gives
 * back is called. Without the processes on this host there are none to see: that is told once.
 * @param onRows gets each sample besides
 */
export function watchUsage(
  ctx: Context,
  choice: TimelineChoice,
  onEntries: (entries: readonly TimelineEntry[]) => void,
  onRows: (rows: readonly ContainerUsage[], at: number) => void,
): () => void {
  const entriesOf = usageWatcher();
  let isOver = false;
  let stop = (): void => undefined;
  const rows = (all: readonly ContainerUsage[], at: number) => {
    if (isOver) return;
    onEntries(entriesOf(all, at));
    onRows(all, at);
  };
  followUsage(ctx, { choice: (container) => isChosen(container, choice), everyMs: 1_000 }, { rows }).then(
    (its) => {
      if (isOver) its();
      else stop = its;
    },
    (error: unknown) => {
      if (isOver) return;
      const text = `kills for want of memory and throttling are not seen: ${errorMessage(error)}`;
      onEntries([{ at: ctx.now(), kind: 'note', container: undefined, text, details: { usage: 'unseen' } }]);
    },
  );
  return () => {
    isOver = true;
    stop();
  };
}
