import { type Conductor, conductor } from '../../capture/taps/conductor.ts';
import type { Recorder } from '../../capture/recorders/recorder.ts';
import { hasLostDevice } from '../../capture/taps/tap.ts';
import { ringKib } from '../../capture/tcpdump-argv.ts';
import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import type { CaptureWish } from './capture-wish.ts';
import type { ContainerPoint } from './container-points.ts';
import { endings } from './endings.ts';

/** the exit code of a program that SIGPIPE ended */
const PIPE = 141;

/** How one kind of capture differs from others. */
export interface Course {
  /** there is one tap, and the lines of its tcpdump are told as they are */
  readonly isOne: boolean;
  /** the capture goes on when all taps have ended */
  readonly persists?: boolean;
  /** containers that are watched although the capture has no tap of their own */
  readonly awaited?: readonly Container[];
  /** starts what goes on beside the taps; returns the function that ends it */
  readonly beside?: (taps: Conductor) => () => void;
}

/** How a person is told of a capture. */
export interface CaptureNews {
  /** Is called with one line of tcpdump's or of dbg's own. */
  tell(line: string): void;
  /** Is called when all taps listen. */
  began?(taps: Conductor, recorder: Recorder, until: () => number | undefined): void;
  /** Is called when the capture is over or has failed. */
  ended?(taps: Conductor, recorder: Recorder): void;
}

/**
 * Runs a capture from its first tap to its last. Resolves with the exit code: that of the only tap,
 * else 0; 141 when the reader left.
 */
export async function runCapture(
  ctx: Context,
  wish: CaptureWish,
  points: readonly ContainerPoint[],
  recorder: Recorder,
  { isOne, persists = false, awaited = [], beside }: Course,
  news: CaptureNews,
): Promise<number> {
  const { tell } = news;
  const taps = conductor(ctx.host, {
    items: wish.items,
    recorder,
    isOne,
    ringKib: ringOfEach(ctx, points),
    persists,
    says: (point, line, kind) => {
      if (isOne) tell(line);
      else if (kind === 'note') tell(`${point.name}: ${line}`);
    },
  });
  const ends = await endings(ctx, wish, points, awaited, taps, tell);
  const stopBeside = beside?.(taps);
  try {
    await Promise.all(points.map((point) => taps.add(point)));
    if (!taps.isStopping()) {
      recorder.begun?.();
      news.began?.(taps, recorder, ends.until);
      ends.begin();
    }
    const ended = await taps.ended;
    if (taps.readerLeft()) return PIPE;
    const [, only] = ended[0] ?? [];
    // A tap that lost its device ended with its container, and so the exit code is 0. `-i any` runs
    // on when the devices have gone, and dbg ends it: the meaning must be the same for both.
    return isOne && only && !hasLostDevice(only) ? only.exitCode : 0;
  } finally {
    ends.stop();
    stopBeside?.();
    news.ended?.(taps, recorder);
  }
}

/** The size of each tap's ring in KiB, as the memory of this host allows. */
export const ringOfEach = (ctx: Context, points: readonly ContainerPoint[]): number =>
  ringKib(points.length, ctx.host.read('/proc/meminfo'));
