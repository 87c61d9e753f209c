import { escapeControls } from '../../text.ts';
import type { Container } from '../container.ts';
import { messageOf } from '../engine-errors.ts';
import type { ContainerEvent } from '../engine-events.ts';
import { eventFilters, eventReader } from '../engine-events.ts';
import type { EngineWay } from '../ways/way.ts';

/**
 * What a watcher hears and gives while the engine tells nothing: because it is being restarted, the
 * connection was cut, or the engine refuses.
 */
export interface EngineNews {
  /**
   * Whether the process that the container had when the watch began still runs, as this host sees
   * it. Left out where this host cannot see that.
   */
  readonly isAlive?: (() => boolean) | undefined;
  /**
   * Called with the reason when the engine tells nothing: once when none answers, once when one
   * refuses. Called again only after `back`.
   */
  lost?(why: string): void;
  /** Called when an engine tells of events again, of those since a time in ms since the epoch. */
  back?(since: number): void;
}

/**
 * Calls back for the events of a container (GET /events) until the function it gives back is
 * called. A stream that ends is asked for again, since the last event that was heard. dockerd keeps
 * its events in memory, so a restarted one knows nothing of what happened before. Therefore the
 * container as it is then is compared with what was known of it.
 */
export function watchContainer(
  way: EngineWay,
  inspect: (id: string) => Promise<Container | undefined>,
  container: Pick<Container, 'id' | 'state'>,
  onEvent: (event: ContainerEvent) => void,
  news: EngineNews = {},
): () => void {
  const { happens, compare, ended, isFirstRun } = runs(container, onEvent);
  let newest: number | undefined;
  /** why nothing is heard, as far as it was told already */
  const told = new Set<'away' | 'refused'>();
  let isOver = false;
  const delay = retryDelay();
  let deaf: NodeJS.Timeout | undefined;
  let next: NodeJS.Timeout | undefined;
  let stop = (): void => undefined;

  const look = () => {
    if (isFirstRun() && news.isAlive?.() === false) ended();
  };
  function lost(refusal?: string, then = ASKS_AGAIN): void {
    const why = refusal === undefined ? 'away' : 'refused';
    if (isOver || told.has(why)) return;
    told.add(why);
    news.lost?.(why === 'away' ? LOST : `the engine sends no events (${escapeControls(refusal!)}): ${then}`);
  }
  /**
   * An engine answers again. New events come by the stream. An inspect shows what happened before.
   */
  async function again(since: number): Promise<void> {
    clearInterval(deaf);
    told.clear();
    news.back?.(since);
    const now = await inspect(container.id).catch(() => 'unknown' as const);
    if (!isOver && now !== 'unknown') compare(now);
  }
  function listen(since?: number): void {
    let answeredAt: number | undefined;
    let refused: number | undefined;
    const said: Buffer[] = [];
    const heardBefore = newest ?? -Infinity;
    const read = eventReader((event) => {
      // A stream that is asked for since a time may tell the same event twice.
      if ((event.time ?? Infinity) <= heardBefore) return;
      newest = event.time ?? newest;
      happens(event);
    });
    const from = since === undefined ? {} : { since: (since / 1000).toFixed(9) };
    stop = way.ask(
      '/events',
      { ...eventFilters(container.id), ...from },
      {
        status: (code) => {
          if (code === 200) answeredAt = performance.now();
          else refused = code;
          if (code === 200 && since !== undefined) void again(since);
        },
        data: (piece) => {
          if (answeredAt !== undefined) read(piece);
          else if (said.length < MOST_PIECES) said.push(Buffer.from(piece));
        },
        end: () => {
          if (isOver) return;
          clearInterval(deaf);
          look();
          const refusal = refused === undefined ? undefined : (messageOf(Buffer.concat(said)) ?? `status ${refused}`);
          if (since === undefined && refused !== undefined && refused >= 400 && refused < 500) {
            // What refuses the first request, an engine or a proxy before it, will do so later too.
            // One that has told of events before is asked on: it may be about to be restarted.
            lost(refusal, "dbg watches the container's process instead");
            if (news.isAlive) deaf = setInterval(look, LONGEST_MS);
            return;
          }
          if (answeredAt === undefined && since !== undefined) lost(refusal);
          const lived = answeredAt === undefined ? 0 : performance.now() - answeredAt;
          const first = answeredAt === undefined ? since : undefined;
          next = setTimeout(listen, delay.next(lived), newest ?? first ?? Date.now() - MOMENT_MS);
          deaf = setInterval(() => {
            look();
            lost(refusal);
          }, LONGEST_MS);
        },
      },
    );
  }
  listen();
  return () => {
    isOver = true;
    clearInterval(deaf);
    clearTimeout(next);
    stop();
  };
}

const ASKS_AGAIN = "dbg keeps asking, and watches the container's process meanwhile";
const LOST = `the engine does not answer any more: ${ASKS_AGAIN}`;

/** How many pieces of a refusal are kept. It is one, or two. */
const MOST_PIECES = 16;

/**
 * How long after the end of a stream it is asked for again, in ms: doubled each time, and the
 * shortest again after a stream that lived longer than the longest wait.
 */
export function retryDelay(): { next(livedMs: number): number } {
  let delay = SHORTEST_MS;
  return {
    next: (livedMs) => {
      if (livedMs > LONGEST_MS) delay = SHORTEST_MS;
      const now = delay;
      delay = Math.min(delay * 2, LONGEST_MS);
      return now;
    },
  };
}

const SHORTEST_MS = 100;
const LONGEST_MS = 1_000;
/** The clocks of the engine and of this host may differ by so much. */
export const MOMENT_MS = 100;

/**
 * What is known of a container's runs. Each end and each start is told once, whether the engine
 * told it or dbg saw it.
 */
function runs({ state }: Pick<Container, 'state'>, onEvent: (event: ContainerEvent) => void) {
  /**
   * when the run began, by the engine's clock, in ms since the epoch; 0: unknown; undefined: it
   * does not run
   */
  let began = state.pid === 0 ? undefined : (state.startedAt ?? 0);
  let isStartSeen = false;
  let isEndSeen = false;
  let isRemoved = false;
  let isFirst = began !== undefined;

  /** Called when dbg has seen that the run has ended. */
  function ended(told: Partial<ContainerEvent> = {}): void {
    began = undefined;
    isEndSeen = true;
    isFirst = false;
    onEvent({ action: 'die', time: undefined, exitCode: undefined, ...told });
  }
  return {
    isFirstRun: () => isFirst,
    ended,
    happens: (event: ContainerEvent): void => {
      const { action, time } = event;
      if (action === 'die') {
        if (began === undefined ? isEndSeen : (time ?? Infinity) < began) return;
        began = undefined;
        isStartSeen = isFirst = false;
      } else if (action === 'start') {
        if (began !== undefined && isStartSeen) return;
        began = time ?? 0;
        isEndSeen = false;
      } else if (action === 'destroy') isRemoved = true;
      onEvent(event);
    },
    /**
     * Tells what happened while no engine did: `now` is the container as it is, undefined when it
     * is gone.
     */
    compare: (now: Container | undefined): void => {
      const { pid = 0, startedAt = 0, finishedAt, exitCode, oomKilled } = now?.state ?? {};
      const isNew = pid > 0 && startedAt > (began ?? 0);
      if (began !== undefined && (pid === 0 || (began > 0 && isNew))) {
        if (oomKilled) onEvent({ action: 'oom', time: finishedAt, exitCode: undefined });
        ended(pid === 0 ? { time: finishedAt, exitCode: exitCode === undefined ? undefined : String(exitCode) } : {});
      }
      if (pid > 0 && began === undefined) {
        began = startedAt;
        isStartSeen = true;
        isEndSeen = false;
        onEvent({ action: 'start', time: startedAt || undefined, exitCode: undefined });
      }
      if (!now && !isRemoved) onEvent({ action: 'destroy', time: undefined, exitCode: undefined });
      isRemoved ||= !now;
    },
  };
}
