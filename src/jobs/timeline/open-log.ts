import type { Engine } from '../../engine/engine.ts';
import { secondsText } from '../../engine/following/follow-events.ts';
import { followLog, type LogWish } from '../../engine/following/follow-log.ts';
import type { LogMessage } from '../../engine/following/log-messages.ts';
import { lineAssembly } from '../../timeline/line-assembly.ts';
import type { EntrySource, TimeOrder } from '../../timeline/time-order.ts';
import type { TimelineEntry } from '../../timeline/timeline-entry.ts';
import type { TimelineOptions } from '../../timeline/timeline-wish.ts';

/** A container whose log is to be read. */
export interface Logging {
  readonly id: string;
  /** its name now */
  name(): string;
  readonly isRunning: boolean;
}

/** A log that is part of a timeline. */
export interface OpenedLog {
  started(): void;
  died(): void;
  /** The container is gone: what is left is told. */
  removed(): void;
  tick(): void;
  stop(): void;
  /** Resolves when all that was there at first is told: from now on nothing is missed. */
  readonly ready: Promise<void>;
}

export interface LoggedRun {
  /** the container was made since the timeline began, and all of its log belongs to it */
  readonly isNew: boolean;
  /** an event of the past told of it: it may be gone by now */
  readonly isReplay: boolean;
}

export type OpenLog = (container: Logging, run: LoggedRun) => OpenedLog;

interface LogNeeds {
  readonly engine: Pick<Engine, 'log' | 'inspect'>;
  readonly order: TimeOrder;
  readonly options: TimelineOptions;
  readonly now: () => number;
  /** whether the timeline ends with what there is now */
  readonly isPast: boolean;
  /** Called when a log that is not followed has come to its end. */
  readonly ended: () => void;
  /** Tries to read the log in another way than by the engine. Gives the function that ends that. */
  readonly beside: (
    container: Logging,
    messages: { message(message: LogMessage): void; drained: EntrySource['drained']; ended(): void },
  ) => Promise<(() => void) | undefined>;
}

/** Makes the function that reads containers' logs into the order of a timeline. */
export function logOpener({ engine, order, options, now, isPast, ended, beside }: LogNeeds): OpenLog {
  const { tail, since, until, grep } = options;
  return (container, { isNew, isReplay }) => {
    const { id } = container;
    const hasHistory = !isNew && (since !== undefined || (tail !== undefined && tail !== 0));
    const source = order.source(hasHistory || isPast);
    const silence = hasHistory ? setTimeout(source.live, MOST_SILENCE_MS) : undefined;
    let stopBeside: (() => void) | undefined;
    let [isStopped, isOver, isResting, isRemoved, hasBegun] = [false, false, false, false, false];
    const who = () => ({ id, name: container.name() });
    const note = (text: string, details: TimelineEntry['details']) =>
      source.add({ at: now(), kind: 'note', container: who(), text, details });
    const lines = lineAssembly(({ stream, at, text, isPart }) => {
      silence?.refresh();
      if (grep !== undefined && !grep.test(text)) return;
      source.add({ at, kind: 'log', container: who(), stream, text, details: isPart ? { isPart } : {} });
    });
    let isReady = (): void => undefined;
    const ready = new Promise<void>((resolve) => (isReady = resolve));
    const end = () => {
      if (isOver) return;
      isOver = true;
      isReady();
      lines.end();
      clearTimeout(silence);
      source.end();
      ended();
    };
    const cannot = async (sentence: string, status: number | undefined) => {
      if (status === 404 || status === 409) {
        // An old event may name a container that is gone: then nothing was missed just now.
        if (isNew && !hasBegun && !isReplay)
          note(`it was gone before its log could be read: ${sentence}`, { log: 'gone' });
        return end();
      }
      const messages = { message: lines.add, drained: source.drained, ended: () => (isPast ? end() : lines.end()) };
      stopBeside = await beside(container, messages);
      if (isStopped) return stopBeside?.();
      source.live();
      isReady();
      if (stopBeside !== undefined) return;
      note(`its log cannot be read: ${sentence}`, { log: 'unreadable', engine: sentence });
      if (isPast) end();
    };
    const wish: LogWish = {
      isFollowed: !isPast,
      ...(!isNew && { tail: firstLines(options, isPast) }),
      ...(!isNew && since !== undefined && { since: secondsText(since) }),
      ...(until !== undefined && isPast && { until: secondsText(until) }),
    };
    const log = followLog(engine, container, wish, {
      message: lines.add,
      drained: source.drained,
      caughtUp: () => {
        clearTimeout(silence);
        source.live();
        isReady();
      },
      begun: () => (hasBegun = true),
      ended: () => {
        isResting = true;
        if (isPast || isRemoved) end();
        else lines.end();
      },
      stillRuns: async () => ((await engine.inspect(id))?.state.pid ?? 0) > 0,
      failed: (sentence, status) => void cannot(sentence, status),
    });
    const stop = () => {
      isStopped = true;
      log.stop();
      stopBeside?.();
      end();
    };
    return {
      started: () => {
        isResting = false;
        log.started();
      },
      died: log.died,
      removed: () => {
        isRemoved = true;
        log.died();
        // Otherwise what the engine still has to send comes first.
        if (isResting) end();
      },
      ready,
      tick: lines.tick,
      stop,
    };
  };
}

/** How many of its last lines are read of a log at first; undefined: all since `since`. */
export function firstLines({ tail, since }: TimelineOptions, isPast: boolean): number | undefined {
  if (tail !== undefined) return tail === 'all' ? undefined : tail;
  return since === undefined && !isPast ? 0 : undefined;
}

/** A history that has not come on for so long is not waited for any more. */
const MOST_SILENCE_MS = 5_000;
