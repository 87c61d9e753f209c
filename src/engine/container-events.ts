import type { Container } from './container.ts';
import type { ContainerEvent } from './engine-events.ts';
import { eventFilters, eventReader } from './engine-events.ts';
import type { EngineWay } from './ways/way.ts';

/** What is done while no engine tells of events: it is being restarted, or the way to it was cut. */
export interface Meanwhile {
  /** Whether the process that the container now has is still there, as this host sees it; left out where that cannot be seen. */
  readonly isAlive?: (() => boolean) | undefined;
  /** No engine answers. Called once, until `back`. */
  lost?(): void;
  /** An engine tells of events again, and of those since a time, in ms since the epoch. */
  back?(since: number): void;
}

/**
 * Hears the events of a container (GET /events) until the function it gives back is called. A stream that ends is asked for again, since
 * when it ended. dockerd keeps its events in memory, so one that was restarted knows nothing of what happened before: what the container
 * is by then, is compared with what it was.
 */
export function watchContainer(
  way: EngineWay,
  inspect: (id: string) => Promise<Container | undefined>,
  container: Pick<Container, 'id' | 'state'>,
  onEvent: (event: ContainerEvent) => void,
  meanwhile: Meanwhile = {},
): () => void {
  const { happens, compare, ended, isFirstRun } = runs(container, onEvent);
  let newest: number | undefined;
  let isLost = false;
  let isOver = false;
  let delay = SHORTEST_MS;
  let deaf: NodeJS.Timeout | undefined;
  let next: NodeJS.Timeout | undefined;
  let stop = (): void => undefined;

  const look = () => {
    if (isFirstRun() && meanwhile.isAlive?.() === false) ended();
  };
  function lost(): void {
    if (isLost || isOver) return;
    isLost = true;
    meanwhile.lost?.();
  }
  /** An engine answers again. What it tells from now on is heard; what was before is looked for. */
  async function again(since: number): Promise<void> {
    clearInterval(deaf);
    isLost = false;
    meanwhile.back?.(since);
    const now = await inspect(container.id).catch(() => 'unknown' as const);
    if (!isOver && now !== 'unknown') compare(now);
  }
  function listen(since?: number): void {
    let answeredAt: number | undefined;
    let isRefused = false;
    const heardBefore = newest ?? -Infinity;
    const read = eventReader((event) => {
      // What is asked for since a time may be told twice.
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
          isRefused = since === undefined && code >= 400 && code < 500;
          if (code === 200 && since !== undefined) void again(since);
        },
        data: (piece) => answeredAt !== undefined && read(piece),
        end: () => {
          // Who may not hear events will not do so later.
          if (isOver || isRefused) return;
          if (answeredAt === undefined && since !== undefined) lost();
          if (answeredAt !== undefined && performance.now() - answeredAt > LONGEST_MS) delay = SHORTEST_MS;
          const first = answeredAt === undefined ? since : undefined;
          next = setTimeout(listen, delay, newest ?? first ?? Date.now() - MOMENT_MS);
          delay = Math.min(delay * 2, LONGEST_MS);
          clearInterval(deaf);
          deaf = setInterval(() => {
            look();
            lost();
          }, LONGEST_MS);
          look();
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

/** What is said when no engine answers while it is listened to. */
export const LOST = 'no engine answers any more: dbg asks again, and looks at the process itself meanwhile';

/** How long after the end of a stream it is asked for again, doubled each time up to the longest. */
const SHORTEST_MS = 100;
const LONGEST_MS = 1_000;
/** The clocks of the engine and of this host are one, or nearly. */
const MOMENT_MS = 100;

/** What is known of a container's runs: each end and each start is told once, whether an engine told it or it was seen. */
function runs({ state }: Pick<Container, 'state'>, onEvent: (event: ContainerEvent) => void) {
  /** when the run began, by the engine's clock; 0: that is not known; undefined: it does not run */
  let began = state.pid === 0 ? undefined : (state.startedAt ?? 0);
  let isStartSeen = false;
  let isEndSeen = false;
  let isRemoved = false;
  let isFirst = began !== undefined;

  /** It was seen to have ended. */
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
    /** Tells what happened while nobody told. */
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
