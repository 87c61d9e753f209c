import { type Conductor, conductor } from '../../capture/taps/conductor.ts';
import type { Recorder } from '../../capture/recorders/recorder.ts';
import { hasLostDevice } from '../../capture/taps/tap.ts';
import { ringKib } from '../../capture/tcpdump-argv.ts';
import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import type { CaptureWish } from './capture-wish.ts';
import type { ContainerPoint } from './container-points.ts';
import { endings } from './endings.ts';

/** As of a program that SIGPIPE ended. */
const PIPE = 141;

/** What is particular to a capture. */
export interface Course {
  /** one tap, of which tcpdump itself tells */
  readonly isOne: boolean;
  /** Taps may have ended, and the capture goes on. */
  readonly persists?: boolean;
  /** containers that are waited for, whatever their taps are on */
  readonly awaited?: readonly Container[];
  /** what goes on beside the taps, with what ends that */
  readonly beside?: (taps: Conductor) => () => void;
}

/** What the person is told of a capture, by whoever shows it. */
export interface CaptureNews {
  /** one line, of tcpdump's or of dbg's own */
  tell(line: string): void;
  /** All taps listen. */
  began?(taps: Conductor, recorder: Recorder, until: () => number | undefined): void;
  /** It is over, or failed. */
  ended?(taps: Conductor, recorder: Recorder): void;
}

/**
 * Runs a capture from its first tap to its last; gives the exit code: of the only tap, or 0; 141
 * when the reader left.
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
    // `-i any` runs on when its container's devices have gone, and dbg ends it: one meaning for
    // both.
    return isOne && only && !hasLostDevice(only) ? only.exitCode : 0;
  } finally {
    ends.stop();
    stopBeside?.();
    news.ended?.(taps, recorder);
  }
}

/** How large the ring of each tap is, in KiB, as the memory of this host allows. */
export const ringOfEach = (ctx: Context, points: readonly ContainerPoint[]): number =>
  ringKib(points.length, ctx.host.read('/proc/meminfo'));
