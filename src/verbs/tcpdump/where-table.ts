import type { Passage, WhereRecorder } from '../../capture/recorders/where-recorder.ts';
import type { ContainerPoint } from '../../jobs/capture/container-points.ts';
import { json, table } from '../../ui/table.ts';

/** The result of `--where`: a table for people, or JSON. */
export function whereText(
  way: readonly ContainerPoint[],
  to: string,
  recorder: WhereRecorder,
  asJson: boolean,
): string {
  const { passages, isWhole, dropped } = recorder.result();
  if (asJson) return json(record(way, to, passages, isWhole && dropped === 0));
  const heads = way.map(({ name }) => name);
  const missing = passages.filter(({ missingFrom }) => missingFrom);
  const rows = missing
    .slice(0, MOST_ROWS)
    .map((passage) => [
      arrow(passage.direction),
      new Date(passage.time).toISOString().slice(11, 23),
      passage.summary,
      ...way.map((place) => (passage.seen.includes(place) ? 'seen' : '')),
      passage.missingFrom?.name ?? '',
    ]);
  const totals = (['to', 'from'] as const).map((direction) => {
    const its = passages.filter((passage) => passage.direction === direction);
    return [
      arrow(direction),
      'all',
      `${its.length} packets ${direction} ${to}`,
      ...way.map((place) => String(its.filter(({ seen }) => seen.includes(place)).length)),
      firstLoss(its),
    ];
  });
  const more = missing.length > MOST_ROWS ? `(${missing.length - MOST_ROWS} more that vanished)\n` : '';
  const note = isWhole ? '' : '(the first 100,000 packets only)\n';
  const loss =
    dropped === 0
      ? ''
      : `(the kernel dropped ${dropped} packets before dbg saw them: so many may be missing here for that reason alone)\n`;
  return `${table(['', 'TIME', 'PACKET', ...heads, 'MISSING FROM'], [...rows, ...totals])}${more}${note}${loss}`;
}

const MOST_ROWS = 20;
const arrow = (direction: Passage['direction']) => (direction === 'to' ? '>' : '<');

/** The places where packets were first missing, with how many; the most first. */
function firstLoss(passages: readonly Passage[]): string {
  const counts = new Map<string, number>();
  for (const { missingFrom } of passages) {
    if (missingFrom) counts.set(missingFrom.name, (counts.get(missingFrom.name) ?? 0) + 1);
  }
  return [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .map(([name, count]) => `${name} (${count})`)
    .join(' ');
}

function record(way: readonly ContainerPoint[], to: string, passages: readonly Passage[], complete: boolean) {
  return {
    to,
    complete,
    places: way.map(({ name, role }) => ({ name, role: role ?? null })),
    packets: passages.map(({ direction, time, summary, seen, missingFrom }) => ({
      direction,
      time: new Date(time).toISOString(),
      packet: summary,
      seen: seen.map(({ name }) => name),
      missing_from: missingFrom?.name ?? null,
    })),
  };
}
