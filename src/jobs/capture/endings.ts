import { dirname } from 'node:path';
import type { Conductor } from '../../capture/taps/conductor.ts';
import { watchFor } from '../../capture/stop-on.ts';
import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import { stillRuns } from '../../enter/target.ts';
import { DbgError } from '../../errors.ts';
import { escapeControls } from '../../text.ts';
import type { ContainerPoint } from './container-points.ts';
import type { CaptureWish } from './capture-wish.ts';

export interface Endings {
  /** Is called when the capture has begun: its time starts to run. */
  begin(): void;
  /** when it will end, in ms since the epoch, if that is known */
  until(): number | undefined;
  stop(): void;
}

/**
 * What ends a capture besides its taps: signals, time, what happens to a container, a disk that
 * fills.
 * @param awaited containers that have no tap of their own
 */
export async function endings(
  ctx: Context,
  wish: CaptureWish,
  places: readonly ContainerPoint[],
  awaited: readonly Container[],
  taps: Conductor,
  tell: (line: string) => void,
): Promise<Endings> {
  const engine = await ctx.engine();
  const undo: (() => void)[] = [heedSignals(ctx, taps, tell)];
  let until: number | undefined;
  const endIn = (milliseconds: number) => {
    const at = ctx.now() + milliseconds;
    if (until !== undefined && until <= at) return;
    until = at;
    const timer = setTimeout(() => taps.stop(), milliseconds);
    undo.push(() => clearTimeout(timer));
  };
  // Why the engine tells nothing is told once, however many containers are watched.
  const lost = new Set<string>();
  const news = {
    lost: (why: string) => {
      if (!lost.has(why)) tell(`dbg: ${why}`);
      lost.add(why);
    },
    back: () => lost.clear(),
  };
  const entered = new Set(places.flatMap(({ target }) => target?.container ?? []));
  for (const container of [...entered, ...awaited]) {
    const taken = places.filter(({ target }) => target?.container.id === container.id);
    // `-i any` does not end with the container's devices, and keeps the network namespace. So dbg
    // ends it.
    const dropped = ({ action }: { action: string }) => {
      if (action === 'die') setTimeout(() => taken.forEach((place) => taps.drop(place)), LAST_PACKETS_MS);
    };
    const happened = (what: string) => {
      const after = wish.afterMs > 0 ? `; the capture ends in ${wish.afterMs / 1000} s` : '';
      tell(`dbg: ${container.name}: ${what}${after}`);
      endIn(wish.afterMs);
    };
    const its = { ...news, isAlive: stillRuns(ctx.host, container) };
    const failed = (sentence: string) =>
      tell(`dbg: ${container.name}: the engine cannot read its log: ${escapeControls(sentence)}`);
    undo.push(engine.watch(container, dropped, its));
    if (wish.stopOn.length > 0) undo.push(watchFor(engine, container, wish.stopOn, happened, { ...its, failed }));
  }
  return {
    begin: () => {
      if (wish.forMs !== undefined) endIn(wish.forMs);
      if (wish.path !== undefined && wish.path !== '-') undo.push(watchDisk(ctx, wish, taps));
    },
    until: () => until,
    stop: () => undo.forEach((each) => each()),
  };
}

/**
 * How long a tap runs on after its container's end: the engine tells of the end before the last
 * packets have come through the ring.
 */
const LAST_PACKETS_MS = 300;

/**
 * Handles the signals that reach dbg during a capture. Returns the function that ends this.
 * - The first signal ends the taps in good order, the second one ends them at once. Two in one
 *   moment count as one, because Ctrl-C may come both from the terminal and through sudo.
 * - A third one ends dbg itself, and dbg's guards end what is left. Otherwise a reader that does
 *   not read, or a disk that does not answer, would be waited for without end.
 * - SIGUSR1 prints the counts, as tcpdump itself does.
 * - SIGUSR2 does nothing. It makes tcpdump write what it holds, and dbg holds nothing of that kind.
 */
function heedSignals(ctx: Context, taps: Conductor, tell: (line: string) => void): () => void {
  let isOver = false;
  let heeded = -Infinity;
  let count = 0;
  const report = async () => {
    taps.ask();
    await new Promise((answered) => void setTimeout(answered, ANSWER_MS));
    for (const [{ name }, { captured, received, dropped }] of taps.counts()) {
      const counts = `${captured} packets captured, ${received} received by filter, ${dropped} dropped by kernel`;
      tell(`dbg: ${name}: ${counts}`);
    }
  };
  let stopListening = () => undefined as void;
  const heed = () => {
    const { first, stop } = ctx.host.signalled();
    stopListening = stop;
    void first.then((signal) => {
      stop();
      if (isOver) return;
      if (signal === 'SIGUSR1' || signal === 'SIGUSR2') {
        heed();
        if (signal === 'SIGUSR1') void report();
        return;
      }
      // dbg listens for the next signal before it acts on this one, so that the next one does not
      // end dbg.
      heed();
      if (ctx.now() - heeded < ONE_MOMENT_MS) return;
      heeded = ctx.now();
      if (++count === SIGNALS_HEEDED) setTimeout(() => stopListening(), ONE_MOMENT_MS).unref();
      taps.stop();
    });
  };
  heed();
  return () => {
    isOver = true;
    stopListening();
  };
}

const ONE_MOMENT_MS = 500;
const SIGNALS_HEEDED = 2;
const ANSWER_MS = 100;

/** Ends a capture before it fills the host's disk. */
function watchDisk(ctx: Context, { path = '', minFree }: CaptureWish, taps: Conductor): () => void {
  const folder = dirname(path);
  const look = async () => {
    const { free, size } = await ctx.host.diskSpace(folder);
    if (free >= (minFree ?? Math.min(LEAST_FREE, size / 20))) return;
    taps.stop(new DbgError(`capture ended: only ${Math.floor(free / 1e6)} MB are free in ${folder}`, { next: ROOM }));
  };
  const timer = setInterval(() => void look().catch(() => undefined), DISK_MS);
  return () => clearInterval(timer);
}

const LEAST_FREE = 100e6;
const DISK_MS = 250;
const ROOM = [{ what: 'with less left', command: 'dbg tcpdump --min-free 10M …' }];
