import type { Context } from '../../context.ts';
import type { CaptureNews } from '../../jobs/capture/run-capture.ts';
import { escapeLines } from '../../text.ts';
import { showProgress } from './capture-progress.ts';
import { summaryText } from './capture-summary.ts';

interface Shown {
  /** what is said when the capture has begun; undefined: tcpdump itself says it */
  readonly begun: string | undefined;
  /** its packets go into a file, whose size is told at the end */
  readonly isToFile: boolean;
}

/**
 * Shows how a capture goes on stderr: lines, the progress on a terminal, what it brought at its
 * end. `isQuiet`: only lines.
 */
export function captureNews(ctx: Context, { begun, isToFile }: Shown, isQuiet = false): CaptureNews {
  let progress: ReturnType<typeof showProgress> | undefined;
  const tell = (line: string) => {
    progress?.clear();
    ctx.stderr.write(`${escapeLines(line)}\n`);
  };
  if (isQuiet) return { tell };
  return {
    tell,
    began: (taps, recorder, until) => {
      if (begun !== undefined) tell(`dbg: ${begun}`);
      progress = showProgress(ctx, taps, recorder, until);
    },
    ended: (taps, recorder) => {
      progress?.end();
      const { packets, bytes } = recorder.written();
      const isWorthIt = taps.hasFailed() ? packets > 0 : bytes > 0;
      if (isToFile && isWorthIt) ctx.stderr.write(summaryText(taps.counts(), recorder, taps.leftOut()));
    },
  };
}
