import type { Container } from '../container.ts';
import { type EngineNews, MOMENT_MS, retryDelay } from '../watching/container-events.ts';
import { messageOf } from '../engine-errors.ts';
import type { ContainerEvent } from '../engine-events.ts';
import { type LogLine, logQuery, logReader, logsPath } from './logs.ts';
import type { EngineWay } from '../ways/way.ts';

export interface LogListener extends EngineNews {
  line(line: LogLine): void;
  /** The engine cannot read what this run says, or not on, with its sentence. */
  failed?(sentence: string): void;
}

/** What followLogs follows a container's runs by: `Engine.watch`. */
type Watch = (onEvent: (event: ContainerEvent) => void, news: EngineNews) => () => void;

/**
 * Hears what a container says from now on, from run to run, until the function it gives back is
 * called (GET /containers/{id}/logs). The engine ends a stream with the run; a stream that ends
 * while the run goes on broke off, and is asked for again since then: so is that of an engine
 * which was restarted.
 */
export function followLogs(
  way: EngineWay,
  watch: Watch,
  { id, hasTty, state }: Pick<Container, 'id' | 'hasTty' | 'state'>,
  listener: LogListener,
): () => void {
  const delay = retryDelay();
  let isRunning = state.pid !== 0;
  let isLive = false;
  let endedAt: number | undefined;
  let stop = (): void => undefined;
  let next: NodeJS.Timeout | undefined;

  function listen(since?: number): void {
    clearTimeout(next);
    stop();
    let status = 0;
    const said: Buffer[] = [];
    let answeredAt = 0;
    const read = logReader(hasTty, (line) =>
      line.stream === 'engine' ? listener.failed?.(line.text) : listener.line(line),
    );
    const end = () => {
      isLive = false;
      if (!isRunning) return;
      if (isRefusal(status)) return listener.failed?.(messageOf(Buffer.concat(said)) ?? `status ${status}`);
      // What was asked for and not answered is still to be heard.
      const from = status === 200 || since === undefined ? Date.now() - MOMENT_MS : since;
      next = setTimeout(listen, delay.next(status === 200 ? performance.now() - answeredAt : 0), from);
    };
    stop = way.ask(logsPath(id), logQuery(since), {
      status: (code) => {
        status = code;
        isLive = code === 200;
        answeredAt = performance.now();
      },
      data: (piece) => {
        if (status === 200) read(piece);
        else if (said.length < MOST_PIECES) said.push(Buffer.from(piece));
      },
      end,
    });
  }
  const onRun = ({ action, time }: ContainerEvent) => {
    if (action === 'die') {
      isRunning = false;
      endedAt = time;
      clearTimeout(next);
    } else if (action === 'start') {
      isRunning = true;
      // The lines of the run before were heard.
      listen(time === undefined ? undefined : Math.max(time - TOLD_MS, endedAt ?? 0));
    }
  };
  if (isRunning) listen();
  const stopEvents = watch(onRun, {
    isAlive: listener.isAlive,
    lost: (why) => listener.lost?.(why),
    back: (since) => {
      listener.back?.(since);
      if (!isLive) listen(since);
    },
  });
  return () => {
    clearTimeout(next);
    stopEvents();
    stop();
  };
}

/** The engine tells of a start when the container may have said something already. */
const TOLD_MS = 500;
/** 501 is a log driver that only writes (moby, ErrReadLogsNotSupported). */
const isRefusal = (status: number) => (status >= 400 && status < 500) || status === 501;
/** How many pieces of a refusal are kept. It is one, or two. */
const MOST_PIECES = 16;
