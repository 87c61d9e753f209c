import type { Container } from '../../../engine/container.ts';
import type { ContainerEvent } from '../../../engine/engine-events.ts';

/** How a container's last run ended. Times are the engine's, in ms since the epoch. */
export interface Ending {
  readonly at: number;
  readonly exitCode: number;
  /** how long the run lasted; undefined where its beginning is not known */
  readonly livedMs: number | undefined;
  readonly isOutOfMemory: boolean;
  /**
   * Who ended it: "stop" for `docker stop`, "kill" for `docker kill`, "nobody" for a party that the
   * engine does not know of, "unknown" where the engine no longer remembers.
   */
  readonly by: 'stop' | 'kill' | 'nobody' | 'unknown';
  /** the signals that the engine sent to end it, in order */
  readonly signals: readonly number[];
  /** how long the engine waited between the first and the last of these signals */
  readonly patienceMs: number;
}

/**
 * How far apart the times of one end may be, in the state and in the event: some ms, more on a busy
 * machine.
 */
const APART_MS = 2_000;
/** How long after a signal of `docker kill` an end counts as its effect. */
const AFTER_KILL_MS = 10_000;

/** The end of the last run that has ended; undefined when none has. */
export function lastEnding(
  { state }: Pick<Container, 'state'>,
  history: readonly ContainerEvent[],
): Ending | undefined {
  const told = endingAt(
    history,
    history.findLastIndex(({ action }) => action === 'die'),
  );
  if (state.pid > 0) return told;
  const { startedAt, finishedAt, exitCode, oomKilled } = state;
  if (finishedAt === undefined) return undefined;
  const same = told && Math.abs(told.at - finishedAt) < APART_MS ? told : UNTOLD;
  return {
    ...same,
    at: finishedAt,
    exitCode,
    livedMs: startedAt === undefined || startedAt > finishedAt ? same.livedMs : finishedAt - startedAt,
    isOutOfMemory: oomKilled || same.isOutOfMemory,
  };
}

/** For an end that the engine no longer remembers. */
const UNTOLD = { livedMs: undefined, isOutOfMemory: false, by: 'unknown', signals: [], patienceMs: 0 } as const;

/** What the events tell about the end at index `died`; undefined where there is no such event. */
function endingAt(history: readonly ContainerEvent[], died: number): Ending | undefined {
  const { time: at, exitCode } = history[died] ?? {};
  if (at === undefined) return undefined;
  const started = history.findLastIndex(({ action }, index) => index < died && action === 'start');
  const next = history.findIndex(({ action }, index) => index > died && action === 'start');
  const run = history.slice(started + 1, died);
  const kills = run.filter(({ action, time }) => action === 'kill' && (time ?? 0) >= at - MOST_PATIENCE_MS);
  const start = history[started]?.time;
  return {
    at,
    exitCode: Number(exitCode ?? 0),
    livedMs: start === undefined ? undefined : at - start,
    isOutOfMemory: run.some(({ action }) => action === 'oom'),
    by: endedBy(kills, history.slice(died + 1, next < 0 ? undefined : next), at),
    signals: kills.map(({ signal }) => Number(signal)),
    patienceMs: (kills.at(-1)?.time ?? 0) - (kills[0]?.time ?? 0),
  };
}

/**
 * How long before an end its first signal may have been sent, in ms. `docker stop` waits 10 s, or
 * as long as it was told. A signal an hour earlier has nothing to do with the end.
 */
const MOST_PATIENCE_MS = 3_600_000;

function endedBy(kills: readonly ContainerEvent[], after: readonly ContainerEvent[], at: number): Ending['by'] {
  if (after.some(({ action }) => action === 'stop')) return 'stop';
  const last = kills.at(-1);
  // `docker stop` sends another signal first, and SIGKILL when it loses patience.
  if (last && kills.length > 1 && last.signal === '9') return 'stop';
  return last && at - (last.time ?? 0) < AFTER_KILL_MS ? 'kill' : 'nobody';
}

/** Whether somebody asked the engine to end it. */
export const wasAskedFor = ({ by }: Pick<Ending, 'by'>): boolean => by === 'stop' || by === 'kill';

/** The ends that nobody asked for, the oldest first, as far back as the engine remembers. */
export const deaths = (history: readonly ContainerEvent[]): Ending[] =>
  history.flatMap(({ action }, index) => {
    const ending = action === 'die' ? endingAt(history, index) : undefined;
    return ending === undefined || wasAskedFor(ending) ? [] : [ending];
  });

/** The end of a container that was started and does not run; undefined for any other. */
export const endOf = ({ container, history }: { container: Container; history: readonly ContainerEvent[] }) =>
  container.state.pid > 0 || container.state.error !== '' ? undefined : lastEnding(container, history);
