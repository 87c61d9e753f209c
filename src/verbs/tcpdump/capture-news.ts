import type { Context } from '../../context.ts';
import type { CaptureNews } from '../../jobs/capture/run-capture.ts';
import { escapeLines } from '../../text.ts';
import { showProgress } from './capture-progress.ts';
import { summaryText } from './capture-summary.ts';

interface Shown {
  /** the line that says that the capture has begun; undefined where tcpdump itself says so */
  readonly begun: string | undefined;
  /** whether the packets go into a file, whose size is told at the end */
  readonly isToFile: boolean;
}

/**
 * Shows on stderr how a capture goes: messages, the progress where stderr is a terminal, and a
 * summary at the end. `isQuiet`: only the messages.
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
