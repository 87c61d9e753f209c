import type { Counts } from '../../capture/taps/counts.ts';
import type { LeftOut } from '../../capture/taps/drain.ts';
import type { CapturePoint } from '../../capture/capture-point.ts';
import type { Recorder } from '../../capture/recorders/recorder.ts';
import { escapeControls } from '../../text.ts';
import { table } from '../../ui/table.ts';
import { decimalSize } from '../../sizes.ts';
import { countText } from './capture-progress.ts';

/**
 * The summary of a capture: the counts of each place where there are several, and what is in the
 * file.
 */
export function summaryText(
  counts: readonly (readonly [CapturePoint, Counts])[],
  recorder: Recorder,
  { before, after }: LeftOut,
): string {
  const rows = counts.map(([{ name }, { captured, received, dropped }]) => [
    name,
    ...[captured, received, dropped].map(String),
  ]);
  const each = rows.length > 1 ? table(['WHERE', 'CAPTURED', 'RECEIVED', 'DROPPED'], rows) : '';
  const { packets, bytes } = recorder.written();
  const late = recorder.late?.() ?? 0;
  const notes = [
    ...(late > 0 ? [`${late} came too late to be put in the order of time`] : []),
    ...(before > 0 ? [`${countText(before)} that came before the end of the capture are MISSING`] : []),
    ...(after > 0 ? [`${countText(after)} that came while the capture ended are left out`] : []),
  ];
  const where = (recorder.paths?.() ?? []).filter((path) => path !== '-');
  const files = where.length > 0 ? ` in ${where.map(escapeControls).join(' ')}` : '';
  return `${each}dbg: ${countText(packets)}, ${decimalSize(bytes)}${files}${notes.map((note) => `; ${note}`).join('')}\n`;
}
