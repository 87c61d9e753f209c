import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from '../../context.ts';
import { secondsText } from '../../engine/following/follow-events.ts';
import { timeOrder } from '../../timeline/time-order.ts';
import type { ContainerUsage } from '../../process/usage/container-usage.ts';
import type { TimelineEntry } from '../../timeline/timeline-entry.ts';
import type { TimelineChoice, TimelineOptions } from '../../timeline/timeline-wish.ts';
import { engineHangs } from './engine-pulse.ts';
import { journalLog } from './journal-log.ts';
import { firstLines, logOpener } from './open-log.ts';
import { handOver } from './hand-over.ts';
import { engineStory } from './engine-story.ts';
import { timelineMembers } from './timeline-members.ts';
import { watchCuts } from './watch-cuts.ts';
import { watchUsage } from './watch-usage.ts';

/** A timeline that is being followed. */
export interface Timeline {
  /**
   * Resolves when all is handed over, after `until` or `stop`. Rejects with what `onEntries` threw.
   */
  readonly ended: Promise<void>;
  /** How many containers it has now. */
  count(): number;
  /** Puts an entry of the caller's own into it. */
  add(entry: TimelineEntry): void;
  /** Ends it. What has come so far is still handed over. */
  stop(): void;
}

/** Takes entries; while its promise is pending, nothing more is handed over. */
export type TakeEntries = (entries: readonly TimelineEntry[]) => void | Promise<void>;

/**
 * Follows all that happens to containers, and hands it over in the order of time, many entries at
 * once. While the promise of `onEntries` is pending, logs are not read on: nothing is lost, and
 * memory stays as it is. Resolves when all containers are followed. Throws a DbgError when the
 * engine cannot be asked at first; an engine that goes later is an entry.
 * @param onRows gets what the containers use, once a second
 */
export async function followTimeline(
  ctx: Context,
  choice: TimelineChoice,
  options: TimelineOptions,
  onEntries: TakeEntries,
  onRows: (rows: readonly ContainerUsage[], at: number) => void = () => undefined,
): Promise<Timeline> {
  const engine = await ctx.engine();
  const isPast = options.until !== undefined && options.until <= ctx.now();
  const handing = handOver(onEntries);
  const order = timeOrder(HOLD_MS, ctx.clock, handing.wake);
  const own = order.source(false);
  const stops: (() => void)[] = [];
  let open = 0;
  const end = () => {
    stops.splice(0).forEach((stop) => stop());
    own.end();
    handing.finish();
  };
  const oneEnded = () => {
    open--;
    if (isPast && open === 0) end();
  };
  const beside: Parameters<typeof logOpener>[0]['beside'] = async ({ id }, messages) => {
    const { since, until } = options;
    const wish = {
      tail: firstLines(options, isPast),
      since: since === undefined ? undefined : secondsText(since),
      until: isPast ? secondsText(until!) : undefined,
      isFollowed: !isPast,
    };
    return journalLog(ctx.host, engine, id, wish, messages);
  };
  const openLog = logOpener({
    engine,
    order,
    options,
    now: ctx.now,
    isPast,
    ended: () => isPast && oneEnded(),
    beside,
  });
  const countedLog: typeof openLog = (...log) => {
    open++;
    return openLog(...log);
  };
  const members = timelineMembers(ctx, engine, choice, options.logs === false ? undefined : countedLog);
  const story = engineStory(ctx, { engine, choice, options, members, source: order.source(isPast) });
  open++;
  stops.push(story.stop, members.stop);
  try {
    await story.begun;
    members.begin(await engine.list());
    story.listed();
  } catch (error) {
    end();
    throw error;
  }
  handing.begin(order);
  void story.ended.then(oneEnded);
  if (isPast) return { ended: handing.ended, count: members.count, add: own.add, stop: end };
  stops.push(engineHangs(engine, story.hangs, ctx.clock));
  if (engine.address.kind === 'unix' && ctx.host.find('ip').kind === 'found') {
    const containerOf = (whose: string) => members.named(whose.split('/')[0]!);
    const tell = (entries: readonly TimelineEntry[]) => entries.forEach((entry) => entry.container && own.add(entry));
    stops.push(watchCuts(ctx, tell, containerOf));
  }
  if (options.isSampled !== false) {
    const tell = (entries: readonly TimelineEntry[]) => entries.forEach(own.add);
    stops.push(watchUsage(ctx, choice, tell, onRows));
  }
  const ticking = setInterval(members.tick, TICK_MS);
  stops.push(() => clearInterval(ticking));
  if (options.until !== undefined) {
    const timer = setTimeout(end, Math.min(options.until - ctx.now() + HOLD_MS, LONGEST_TIMER_MS));
    stops.push(() => clearTimeout(timer));
  }
  await Promise.race([members.ready(), wait(MOST_READY_MS, undefined, { ref: false })]);
  return { ended: handing.ended, count: members.count, add: own.add, stop: end };
}

/** Many logs of a busy engine, or a long history, take a while: the timeline has begun by then. */
const MOST_READY_MS = 3_000;
/** An entry is held for so long: so much later may another source tell of something earlier. */
const HOLD_MS = 200;
const TICK_MS = 1_000;
/** setTimeout takes no longer time than this: 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
