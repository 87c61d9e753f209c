import { escapeControls } from '../../text.ts';
import { lineReader } from '../../line-reader.ts';
import { MOMENT_MS, retryDelay } from '../watching/container-events.ts';
import type { Engine } from '../engine.ts';
import { messageOf } from '../engine-errors.ts';
import { parseEngineEvent, type EngineEvent } from './engine-event.ts';
import { seenLately } from './seen-lately.ts';

export interface EventsWish {
  /** docker's filters: key → values */
  readonly filters?: Readonly<Record<string, readonly string[]>>;
  /** in seconds since the epoch, as the engine takes it; left out: from now on */
  readonly since?: string | undefined;
  /** the same; the stream ends then */
  readonly until?: string | undefined;
}

export interface EventsListener {
  event(event: EngineEvent): void;
  /** Called when no engine tells anything any more, with the reason; again only after `back`. */
  lost(why: string): void;
  /** Called when the engine tells again. */
  back(): void;
  /** Called once the `until` of the wish has come. */
  ended?(): void;
  /** The engine refuses the first request, with its sentence: nothing follows. */
  refused(sentence: string): void;
  /** Called when the engine has taken the first request. */
  begun?(): void;
}

/**
 * Follows the engine's events until the function it gives back is called. A stream that ends is
 * asked for again since the last event that was heard. dockerd keeps its last 256 events, in
 * memory: a restarted one knows nothing of what was before.
 */
export function followEvents(
  engine: Pick<Engine, 'events'>,
  { filters = {}, since, until }: EventsWish,
  listener: EventsListener,
  now: () => number = Date.now,
): () => void {
  const delay = retryDelay();
  const seen = seenLately(MOMENT_MS);
  const asked = now();
  let [isOver, isAway, hasBegun] = [false, false, false];
  let stop = (): void => undefined;
  let next: NodeJS.Timeout | undefined;

  function listen(): void {
    const resumed = hasBegun ? (seen.resume() ?? { since: asked - MOMENT_MS, isRepeated: () => false }) : undefined;
    let status = 0;
    let answeredAt = 0;
    const said: Buffer[] = [];
    const reader = lineReader(
      (line) => {
        const event = parseEngineEvent(line);
        const key = `${event?.nanoseconds} ${event?.type} ${event?.action} ${event?.id}`;
        if (event === undefined || resumed?.isRepeated(key)) return;
        seen.add(key, event.at);
        listener.event(event);
      },
      { most: MOST_CHARACTERS, longer: 'passed over' },
    );
    const query = {
      ...(Object.keys(filters).length > 0 && { filters: JSON.stringify(filters) }),
      ...(since !== undefined && !resumed && { since }),
      ...(resumed && { since: secondsText(resumed.since) }),
      ...(until !== undefined && { until }),
    };
    stop = engine.events(query, {
      status: (code) => {
        status = code;
        answeredAt = performance.now();
        if (code !== 200) return;
        if (!hasBegun) listener.begun?.();
        hasBegun = true;
        if (isAway) listener.back();
        isAway = false;
      },
      data: (piece) => {
        if (status === 200) reader.add(piece);
        else if (said.length < MOST_PIECES) said.push(Buffer.from(piece));
      },
      end: (error) => {
        if (isOver) return;
        const refusal =
          status === 0 || status === 200 ? undefined : (messageOf(Buffer.concat(said)) ?? `status ${status}`);
        if (!hasBegun) return listener.refused(refusal ?? error?.message ?? 'it has no answer');
        const isDone = until !== undefined && status === 200 && now() + MOMENT_MS >= Number(until) * 1000;
        if (isDone) return listener.ended?.();
        if (!isAway) listener.lost(refusal === undefined ? GONE : `it sends no events: ${escapeControls(refusal)}`);
        isAway = true;
        next = setTimeout(listen, delay.next(status === 200 ? performance.now() - answeredAt : 0));
      },
    });
  }
  listen();
  return () => {
    isOver = true;
    clearTimeout(next);
    stop();
  };
}

const GONE = 'it does not answer any more';
/** An event is some 500 bytes, or some thousand with all labels of its container. */
const MOST_CHARACTERS = 262_144;
/** How many pieces of a refusal are kept. It is one, or two. */
const MOST_PIECES = 16;

/** A time in ms since the epoch as the engine takes it: seconds, with a fraction. */
export const secondsText = (at: number): string => (Math.max(0, at) / 1000).toFixed(9);
