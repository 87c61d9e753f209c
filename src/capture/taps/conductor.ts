import { DbgError, errorMessage } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import type { Item } from '../getopt.ts';
import type { Counts } from './counts.ts';
import type { LeftOut } from './drain.ts';
import type { CapturePoint } from '../capture-point.ts';
import type { Recorder } from '../recorders/recorder.ts';
import { startShadowedTap } from './shadow.ts';
import { type Hearer, startTap, tapFailed, type Kind, type Tap, type TapEnd } from './tap.ts';
import { tapArgv, type TapStyle } from '../tcpdump-argv.ts';

export interface Conducting {
  readonly items: readonly Item[];
  readonly recorder: Recorder;
  /** There is to be only one tap. */
  readonly isOne: boolean;
  /** size of the kernel's ring of each tap (src/capture/tcpdump-argv.ts) */
  readonly ringKib: number;
  /** Is called with each line that a tap's tcpdump says. */
  says(place: CapturePoint, line: string, kind: Kind): void;
  /** Other taps may still come, so the capture goes on when the last one has ended. */
  readonly persists?: boolean;
}

/** Runs taps at the same time, all into one recorder. */
export interface Conductor {
  /** Starts a tap. Resolves when the tap listens or has ended. */
  add(place: CapturePoint): Promise<void>;
  /** Ends the tap of a place, if there is one, because the device there has gone. */
  drop(place: CapturePoint): void;
  /**
   * Ends all taps in good order; at once when it is called again. With a reason, `ended` rejects
   * with it.
   */
  stop(reason?: DbgError): void;
  isStopping(): boolean;
  /** whether the capture was stopped with a reason */
  hasFailed(): boolean;
  /** whether the capture ended because the reader of the packets left, which is no failure */
  readerLeft(): boolean;
  counts(): readonly (readonly [CapturePoint, Counts])[];
  /** How many packets the end of the capture left out. It is known when the capture has ended. */
  leftOut(): LeftOut;
  /** Asks each tap for newer counts. */
  ask(): void;
  /** Resolves when all is written, with the end of each tap. */
  readonly ended: Promise<readonly (readonly [CapturePoint, TapEnd])[]>;
}

/**
 * Makes a conductor without taps. It ends when its last tap has ended, or, if it persists, when it
 * is stopped.
 */
export function conductor(
  host: Host,
  { items, recorder, isOne, ringKib, says, persists = false }: Conducting,
): Conductor {
  const running = new Map<CapturePoint, Tap>();
  const counts = new Map<CapturePoint, () => Counts>();
  const ends: (readonly [CapturePoint, TapEnd])[] = [];
  let reason: DbgError | undefined;
  let isStopping = false;
  let readerLeft = false;
  let isFull = false;
  let pausing = false;
  let starting = 0;
  let over: (failure?: DbgError) => void = () => undefined;
  const allEnded = new Promise<void>(
    (resolve, reject) => (over = (failure) => (failure ? reject(failure) : resolve())),
  );

  const throttle = () => {
    const isBehind = recorder.isBehind();
    if (isBehind === pausing) return;
    pausing = isBehind;
    for (const tap of running.values())
      if (isBehind) tap.pause();
      else tap.resume();
  };
  const timer = setInterval(() => {
    recorder.tick();
    throttle();
  }, TICK_MS);

  function stop(because?: DbgError): void {
    reason ??= because;
    if (!isStopping) recorder.stopping?.();
    isStopping = true;
    for (const tap of running.values()) tap.stop();
    endWhenDone();
  }
  function endWhenDone(): void {
    if (running.size === 0 && starting === 0 && (isStopping || !persists)) over(reason);
  }
  recorder.onEnding((ending) => {
    readerLeft = ending.kind === 'left';
    isFull = ending.kind === 'full';
    stop(ending.kind === 'failed' ? new DbgError(`capture ended: ${ending.message}`, { next: ROOM }) : undefined);
  });

  function start(place: CapturePoint, style: TapStyle, onEvent: Hearer): Promise<Tap> {
    const env = place.env ?? {};
    const main = place.inThere(tapArgv(items, style));
    // These taps have no packets to lose when the device goes: a live one prints each at once, and
    // "any" is on no device.
    if (style.isLive || !place.mayVanish || style.device === 'any') return startTap(host, main, env, onEvent);
    const remembering = { ...style, isLive: true, isOne: false, ringKib: style.ringKib / 2 };
    const shadow = place.inThere(tapArgv(items, remembering));
    return startShadowedTap(host, { main, shadow }, env, onEvent);
  }
  async function add(place: CapturePoint): Promise<void> {
    starting++;
    const track = recorder.begin(place);
    const style = {
      device: place.device,
      as: recorder.as,
      isLive: recorder.isLive,
      isOne,
      ringKib,
      mayVanish: place.mayVanish === true,
    };
    try {
      const tap = await start(place, style, {
        data: (piece) => {
          track.data(piece);
          throttle();
        },
        says: (line, kind) => says(place, line, kind),
      });
      counts.set(place, tap.counts);
      running.set(place, tap);
      void tap.ended.then(
        (end) => finished(place, tap, track, end),
        (error: unknown) => failed(place, error),
      );
      if (isStopping) tap.stop();
      await tap.listening;
    } catch (error) {
      failed(place, error);
    } finally {
      starting--;
      endWhenDone();
    }
  }
  function finished(place: CapturePoint, tap: Tap, track: { end(counts: Counts): void }, end: TapEnd): void {
    running.delete(place);
    ends.push([place, end]);
    track.end(tap.counts());
    const failure = place.failure?.(end) ?? (end.hasListened || isOne ? undefined : tapFailed(place.name, end));
    // A tap that cannot begin makes the capture less than what was asked for. For a single tap,
    // tcpdump itself has said why.
    if (failure && !isStopping) stop(failure);
    else endWhenDone();
  }
  function failed(place: CapturePoint, error: unknown): void {
    running.delete(place);
    stop(error instanceof DbgError ? error : new DbgError(`${place.name}: ${errorMessage(error)}`, { cause: error }));
  }

  const ended = (async () => {
    try {
      await allEnded;
    } finally {
      clearInterval(timer);
      await recorder.finish();
    }
    return ends;
  })();
  ended.catch(() => undefined);
  return {
    add,
    drop: (place) => running.get(place)?.stop(),
    stop,
    isStopping: () => isStopping,
    hasFailed: () => reason !== undefined,
    readerLeft: () => readerLeft,
    counts: () => [...counts].map(([place, count]) => [place, count()] as const),
    // What comes after the limit that was asked for is not missing.
    leftOut: () =>
      isFull ? NOTHING_LEFT : ends.map(([, end]) => end.leftOut ?? NOTHING_LEFT).reduce(sum, NOTHING_LEFT),
    ask: () => running.forEach((tap) => tap.ask()),
    ended,
  };
}

const NOTHING_LEFT: LeftOut = { before: 0, after: 0 };
const sum = (one: LeftOut, other: LeftOut): LeftOut => ({
  before: one.before + other.before,
  after: one.after + other.after,
});

/** How often held packets are looked at, and whether taps have to wait. */
const TICK_MS = 20;
const ROOM = [{ what: 'see what is full', command: 'df -h' }];
