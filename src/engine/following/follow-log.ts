import { MOMENT_MS, retryDelay } from '../watching/container-events.ts';
import { messageOf } from '../engine-errors.ts';
import type { Engine } from '../engine.ts';
import type { Query } from '../ways/way.ts';
import { secondsText } from './follow-events.ts';
import { type LogMessage, messageReader } from './log-messages.ts';
import { seenLately } from './seen-lately.ts';

export interface LogWish {
  /** in seconds since the epoch, as the engine takes it; left out: from the first line on */
  readonly since?: string | undefined;
  /** the same; what is later is left out */
  readonly until?: string | undefined;
  /** how many of the last messages; left out: all */
  readonly tail?: number | undefined;
  /** false: the log as it is now, and then the end */
  readonly isFollowed: boolean;
  /** adds docker's log attributes (`--details`) */
  readonly details?: boolean;
}

export interface FollowedLogListener {
  message(message: LogMessage): void;
  /** Backpressure: resolves when more may come. undefined when it may come at once. */
  drained?(): Promise<void> | undefined;
  /** The engine cannot read the log, or not on, with its sentence. */
  failed(sentence: string, status: number | undefined): void;
  /**
   * Called when there is no more for now: the container has ended, or nothing was to be followed.
   */
  ended(): void;
  /** Called when the engine has begun to answer, for the first time. */
  begun?(): void;
  /** Called once all has been told that the log held when it was first asked for. */
  caughtUp?(): void;
  /**
   * Asked when a stream has ended though nobody has said that the run has: whether the container
   * still runs. Rejects when the engine cannot tell.
   */
  stillRuns?(): Promise<boolean>;
  /** Called when a stream broke off, and when the engine answers again. */
  broken?(): void;
  back?(): void;
}

/** A log that is being followed. */
export interface FollowedLog {
  /** The container runs again: its log is read on. */
  started(): void;
  /** The container's run has ended: what is left of its log is read, and then no more. */
  died(): void;
  stop(): void;
}

/**
 * Follows what a container writes, from run to run. The engine ends a stream with the run. Then the
 * log is asked for once more, so that nothing of it is missed; so it is when a stream broke off, or
 * the engine was restarted. What came before is not told again.
 */
export function followLog(
  engine: Pick<Engine, 'log'>,
  { id, isRunning: runsNow }: { readonly id: string; readonly isRunning: boolean },
  wish: LogWish,
  listener: FollowedLogListener,
): FollowedLog {
  const { since, until, tail, isFollowed } = wish;
  const delay = retryDelay();
  const seen = seenLately(LATE_MS);
  let isRunning = runsNow;
  let [isOver, isAsking, isBroken, hasBegun, hasAnswered] = [false, false, false, false, false];
  /** the time of the newest message when the log was first asked for; undefined: not yet known */
  let newestAtFirst = isFollowed && (tail !== undefined || since !== undefined) ? undefined : -Infinity;
  let isCaughtUp = false;
  let stop = (): void => undefined;
  let next: NodeJS.Timeout | undefined;
  const base = { stdout: '1', stderr: '1', timestamps: '1' };

  const caughtUp = (at: number) => {
    if (isCaughtUp || newestAtFirst === undefined || at < newestAtFirst) return;
    isCaughtUp = true;
    listener.caughtUp?.();
  };
  /** Asks once. Calls back with whether the answer came to its end. */
  function ask(
    query: Query,
    message: (message: LogMessage) => void,
    whenDone: (isWhole: boolean, lived: number) => void,
  ) {
    let status = 0;
    let answeredAt = 0;
    const said: Buffer[] = [];
    const reader = messageReader({ message, failed: (sentence) => listener.failed(sentence, undefined) });
    isAsking = true;
    stop = engine.log(id, query, {
      status: (code) => {
        status = code;
        answeredAt = performance.now();
        if (code !== 200) return;
        if (!hasBegun) listener.begun?.();
        hasBegun = true;
        if (isBroken) listener.back?.();
        isBroken = false;
      },
      data: (piece) => {
        if (status === 200) reader.add(piece);
        else if (said.length < MOST_PIECES) said.push(Buffer.from(piece));
      },
      drained: () => listener.drained?.(),
      end: (error) => {
        isAsking = false;
        if (isOver) return;
        reader.end();
        if (isRefusal(status)) {
          isOver = true;
          return listener.failed(messageOf(Buffer.concat(said)) ?? `status ${status}`, status);
        }
        const isWhole = status === 200 && error === undefined;
        if (!isWhole && !isBroken) listener.broken?.();
        isBroken ||= !isWhole;
        whenDone(isWhole, status === 200 ? performance.now() - answeredAt : 0);
      },
    });
  }
  function look(): void {
    let newest = -Infinity;
    const message = ({ at }: LogMessage) => (newest = Math.max(newest, at));
    ask({ ...base, tail: '1' }, message, (isWhole) => {
      if (isWhole) newestAtFirst = newest;
      if (isWhole) listen();
      else next = setTimeout(look, delay.next(0));
    });
  }
  function listen(): void {
    // What is asked for after the end of the run holds all of it.
    const isLast = !isRunning;
    const resumed = seen.resume();
    const isFromNow = isFollowed && tail === 0;
    const query = {
      ...base,
      ...(isFollowed && { follow: '1' }),
      ...(wish.details && { details: '1' }),
      ...(until !== undefined && { until }),
      ...(tail !== undefined && !isFromNow && !hasAnswered && { tail: String(tail) }),
      ...sinceOf(resumed?.since ?? (isFromNow ? newestAtFirst : undefined), since),
    };
    const tell = (message: LogMessage) => {
      hasAnswered = true;
      const key = `${message.time}${message.stream === 'stdout' ? 'o' : 'e'}${message.data.length}`;
      if (resumed?.isRepeated(key)) return;
      if (isFromNow && message.at <= newestAtFirst!) return;
      seen.add(key, message.at);
      listener.message(message);
      caughtUp(message.at);
    };
    if (isFromNow || (since !== undefined && Number(since) * 1000 > newestAtFirst!)) caughtUp(Infinity);
    else caughtUp(-Infinity);
    ask(query, tell, (isWhole, lived) => {
      if (isWhole && (!isFollowed || (isLast && !isRunning))) return listener.ended();
      next = setTimeout(() => void listenAgain(isWhole), delay.next(lived));
    });
  }
  async function listenAgain(isWhole: boolean): Promise<void> {
    if (isWhole && isRunning && listener.stillRuns) {
      isAsking = true;
      const stillRuns = await listener.stillRuns().catch(() => true);
      isAsking = false;
      isRunning = isRunning && stillRuns;
    }
    if (!isOver) listen();
  }
  const again = () => {
    if (isOver || isAsking) return;
    clearTimeout(next);
    if (newestAtFirst === undefined) look();
    else listen();
  };
  again();
  return {
    started: () => {
      isRunning = true;
      again();
    },
    died: () => {
      isRunning = false;
    },
    stop: () => {
      isOver = true;
      clearTimeout(next);
      stop();
    },
  };
}

const sinceOf = (resumed: number | undefined, wished: string | undefined) =>
  resumed !== undefined && resumed > 0
    ? { since: secondsText(resumed) }
    : wished !== undefined
      ? { since: wished }
      : {};

/**
 * Two messages of one container may be kept in another order than that of their times, so far
 * apart.
 */
const LATE_MS = MOMENT_MS / 5;
/**
 * 404: gone; 409: marked for removal; 501: a log driver that only writes (moby,
 * ErrReadLogsNotSupported).
 */
const isRefusal = (status: number) => (status >= 400 && status < 500) || status === 501;
/** How many pieces of a refusal are kept. It is one, or two. */
const MOST_PIECES = 16;
