import type { Context } from '../../context.ts';
import { followUsage } from '../../jobs/usage/follow-usage.ts';
import type { UsageNews, UsageWish } from '../../jobs/usage/usage-wish.ts';
import type { ContainerUsage } from '../../process/usage/container-usage.ts';
import { escapeControls } from '../../text.ts';
import { inPlace } from '../../ui/in-place.ts';

/** How the rows of one moment are written. */
export interface RowsText {
  text(rows: readonly ContainerUsage[], at: number): string;
  /** what stands between two moments */
  readonly gap: string;
}

/** How long the figures of a single look are taken over, and with a quota on the CPU. */
const ONCE_MS = 200;
const WITH_QUOTA_MS = 1000;

/**
 * Prints the figures once, and gives the exit code. A quota lets a container run at the beginning
 * of each period of 100 ms: over 200 ms its share would be one of two, or of three. So with a quota
 * the figures are those of a whole second.
 */
export async function printOnce(ctx: Context, wish: UsageWish, { text }: RowsText): Promise<number> {
  let stop = (): void => undefined;
  await new Promise<void>((resolve, reject) => {
    let isLonger = false;
    const rows = (all: readonly ContainerUsage[], at: number) => {
      const hasQuota = all.some(({ cpu }) => cpu?.limitCpus);
      if (hasQuota && !isLonger) {
        isLonger = true;
        return;
      }
      tellNone(ctx, all);
      ctx.stdout.write(text(all, at));
      resolve();
    };
    followUsage(ctx, { ...wish, firstMs: ONCE_MS, everyMs: WITH_QUOTA_MS }, { rows }).then(
      (stopFollowing) => (stop = stopFollowing),
      reject,
    );
  });
  stop();
  return 0;
}

/** How much may wait for a reader before dbg leaves samples out. */
const MOST_WAITING = 1 << 20;

/** Prints the figures again and again, until a signal ends dbg or the reader leaves. */
export async function printOnAndOn(
  ctx: Context,
  wish: UsageWish,
  { text, gap }: RowsText,
  isDrawn: boolean,
): Promise<never> {
  let frame = 0;
  let leftOut = 0;
  const rows = (all: readonly ContainerUsage[], at: number) => {
    if (ctx.stdout.waiting() > MOST_WAITING) {
      leftOut++;
      return;
    }
    if (leftOut > 0) ctx.stderr.write(`dbg: the reader was too slow: ${leftOut} samples were left out\n`);
    leftOut = 0;
    if (frame === 0) tellNone(ctx, all);
    const written = text(all, at);
    ctx.stdout.write(isDrawn ? inPlace(written, frame === 0) : `${frame === 0 ? '' : gap}${written}`);
    frame++;
  };
  await followUsage(ctx, wish, { rows, news: (news) => ctx.stderr.write(newsLine(news)) });
  return new Promise<never>(() => undefined);
}

function tellNone(ctx: Context, rows: readonly ContainerUsage[]): void {
  if (rows.length === 0) ctx.stderr.write('dbg: no container is running\n');
}

/**
 * The line about an engine that went away or came back; empty for what the rows show by themselves.
 */
function newsLine(news: UsageNews): string {
  switch (news.kind) {
    case 'engine lost':
      return `dbg: ${escapeControls(lostText(news.why))}\n`;
    case 'engine back':
      return 'dbg: the engine is back\n';
    default:
      return '';
  }
}

export const lostText = (why: string): string =>
  `the engine is away: the figures go on for the containers that it last knew (${why})`;
