import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import type { EngineEvent } from '../../engine/following/engine-event.ts';
import { followEvents, secondsText } from '../../engine/following/follow-events.ts';
import { duration } from '../../text.ts';
import { eventEntry, isFrequent } from '../../timeline/event-entry.ts';
import { isOfAll } from '../../timeline/members.ts';
import type { EntrySource } from '../../timeline/time-order.ts';
import type { TimelineEntry } from '../../timeline/timeline-entry.ts';
import type { TimelineChoice, TimelineOptions } from '../../timeline/timeline-wish.ts';
import { noEvents } from './no-events.ts';
import type { TimelineMembers } from './timeline-members.ts';

interface StoryNeeds {
  readonly engine: Engine;
  readonly choice: TimelineChoice;
  readonly options: TimelineOptions;
  readonly members: TimelineMembers;
  readonly source: EntrySource;
}

/** What the engine tells, and what becomes of the engine itself. */
export interface EngineStory {
  /** Resolves when the engine tells events. Rejects with a DbgError when it does not. */
  readonly begun: Promise<void>;
  /** Resolves when all events until the wished end are told. */
  readonly ended: Promise<void>;
  /** Takes that the members are those of the engine's list: now events count. */
  listed(): void;
  /** Takes that the engine hangs, or that it does so no more. */
  hangs(isHanging: boolean, forMs: number): void;
  stop(): void;
}

export function engineStory(ctx: Pick<Context, 'now'>, needs: StoryNeeds): EngineStory {
  const { engine, choice, options, members, source } = needs;
  const { since, until, eventTypes } = options;
  const isAll = isOfAll(choice);
  let lostAt: number | undefined;
  let comparing: NodeJS.Timeout | undefined;
  let [begin, finish] = [() => {}, () => {}];
  let refuse: (error: Error) => void = () => undefined;
  const begun = new Promise<void>((resolve, reject) => ([begin, refuse] = [resolve, reject]));
  const ended = new Promise<void>((resolve) => (finish = resolve));

  const tell = (text: string, state: string, details: TimelineEntry['details'] = {}) =>
    source.add({ at: ctx.now(), kind: 'engine', container: undefined, text, details: { state, ...details } });

  /** events that came before the list of containers, in which those of the past count less */
  let early: EngineEvent[] | undefined = [];

  function event(told: EngineEvent): void {
    if (early !== undefined) return void early.push(told);
    // Whose event it is has to be asked before a container that is removed is forgotten.
    const before = members.ofEvent(told);
    members.heard(told);
    const container = members.ofEvent(told) ?? before;
    const isWanted = container !== undefined || isAll;
    if (isWanted && (eventTypes === 'all' || !isFrequent(told))) source.add(eventEntry(told, container));
  }
  let hasEnded = false;
  const over = () => {
    source.end();
    finish();
  };
  async function compare(from: number): Promise<void> {
    const missed = await members.compare(from).catch(() => []);
    missed.forEach(source.add);
  }
  const stop = followEvents(
    engine,
    {
      ...(eventTypes !== 'all' && { filters: { type: ['container', 'network'] } }),
      ...(since !== undefined && { since: secondsText(since) }),
      ...(until !== undefined && { until: secondsText(until) }),
    },
    {
      event,
      begun: begin,
      refused: (sentence) => refuse(noEvents(engine.address, sentence)),
      lost: (why) => {
        lostAt = ctx.now();
        clearTimeout(comparing);
        tell(`the engine is lost: ${why}; dbg keeps asking`, 'lost');
      },
      back: () => {
        const from = lostAt ?? ctx.now();
        const awayMs = ctx.now() - from;
        tell(`the engine is there again, after ${duration(awayMs)}`, 'back', { awayMs });
        // What it tells of by itself, since then, comes first.
        comparing = setTimeout(() => void compare(from), COMPARE_MS);
      },
      ended: () => {
        hasEnded = true;
        if (early === undefined) over();
      },
    },
    ctx.now,
  );
  return {
    begun,
    ended,
    listed: () => {
      const before = early ?? [];
      early = undefined;
      before.forEach(event);
      if (hasEnded) over();
    },
    hangs: (isHanging, forMs) => {
      if (lostAt !== undefined && isHanging) return;
      if (isHanging) tell(`the engine has not answered for ${duration(forMs)}: it hangs`, 'hangs', { forMs });
      else tell(`the engine answers again, after ${duration(forMs)}`, 'answers', { forMs });
    },
    stop: () => {
      clearTimeout(comparing);
      stop();
      source.end();
    },
  };
}

const COMPARE_MS = 500;
