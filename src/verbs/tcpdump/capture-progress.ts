import type { Conductor } from '../../capture/taps/conductor.ts';
import type { Recorder } from '../../capture/recorders/recorder.ts';
import type { Context } from '../../context.ts';
import { duration } from '../../text.ts';
import { decimalSize } from '../../sizes.ts';

/**
 * Shows how a capture goes, in one line that is renewed once a second. Shows nothing where stderr
 * is no terminal, or the capture is printed as text. Gives functions that clear the line and that
 * end it.
 */
export function showProgress(
  { stderr, now }: Pick<Context, 'stderr' | 'now'>,
  conductor: Conductor,
  recorder: Recorder,
  until: () => number | undefined,
): { clear(): void; end(): void } {
  if (!stderr.isTTY || recorder.as === 'text') return { clear: () => undefined, end: () => undefined };
  const clear = () => stderr.write('\r\u001b[K');
  const show = () => {
    conductor.ask();
    const { packets, bytes } = recorder.written();
    const dropped = conductor.counts().reduce((sum, [, counts]) => sum + counts.dropped, 0);
    const end = until();
    const left = end === undefined ? [] : [`${duration(Math.max(0, end - now()))} left`];
    const parts = [countText(packets), decimalSize(bytes), `${dropped} dropped`, ...left];
    stderr.write(`\r\u001b[K${parts.join(' · ')} (Ctrl-C ends it)`);
  };
  const timer = setInterval(show, 1000);
  return { clear, end: () => (clearInterval(timer), clear()) };
}

export const countText = (packets: number): string =>
  `${packets.toLocaleString('en')} packet${packets === 1 ? '' : 's'}`;
