import { version } from '../../../package.json';
import { escapeControls } from '../../text.ts';
import { fittingTable, type TableLook } from '../../ui/table.ts';
import type { Examined } from '../../why/doctor/examine-parts.ts';
import type { Judged } from '../../why/finding.ts';

const MARKS: Readonly<Record<Examined['state'], string>> = {
  good: '✓',
  broken: '✗',
  suspect: '!',
  note: '-',
  open: '?',
};

/** The answer, what is not as it should be with what mends it, and all parts in a table. */
export function doctorText(parts: readonly Examined[], look: TableLook): string {
  const findings = (severity: Judged['severity']) =>
    parts.flatMap((each) => each.findings.filter((finding) => finding.severity === severity));
  const [broken, suspects, notes] = [findings('broken'), findings('suspect'), findings('note')];
  const isOpen = parts.some(({ state }) => state === 'open');
  const works = `dbg works on this host${isOpen ? ', as far as it can see' : ''}`;
  const lines = [
    broken.length > 0 ? 'dbg does not work on this host' : works,
    ...[...broken, ...suspects, ...notes].flatMap(findingLines),
    '',
  ];
  const rows = parts.map(({ id, state, seen, unknown, neededBy }) => [
    `${MARKS[state]} ${id}`,
    seen ?? unknown ?? '',
    neededBy,
  ]);
  return lines.map((line) => `${escapeControls(line)}\n`).join('') + fittingTable(HEADER, rows, look, ['FOR']);
}

const HEADER = ['  PART', 'AS IT IS', 'FOR'];

const findingLines = ({ severity, sentence, evidence, next }: Judged): string[] => [
  '',
  `${MARKS[severity]} ${sentence}`,
  // What is merely missing needs no proof beside the table.
  ...(severity === 'note' ? [] : evidence.map(({ seen, command }) => `  seen:  ${seen}    (${command})`)),
  ...next.map(({ what, command }) => `  ${what}:  ${command}`),
];

/**
 * The object that `dbg doctor --json` prints. The keys are documented in docs/doctor.md and must
 * not change.
 */
export const doctorRecord = (parts: readonly Examined[]) => ({
  version,
  broken: parts.some(({ state }) => state === 'broken'),
  parts: parts.map(({ id, layer, state, seen, unknown, neededBy, findings }) => ({
    id,
    layer,
    state,
    seen: seen ?? null,
    unknown: unknown ?? null,
    needed_by: neededBy,
    findings: findings.map(({ severity, sentence, evidence, next }) => ({ severity, sentence, evidence, next })),
  })),
});
