import type { Comparison, Difference } from '../../evidence/compare-evidence.ts';
import { SECTIONS, type SectionName } from '../../evidence/container-evidence.ts';
import { escapeControls } from '../../text.ts';

/** What was compared: the names of the two, as they are shown. */
export interface Compared {
  readonly a: string;
  readonly b: string;
}

/** The most differences of a section that are printed. `--json` has all. */
const MOST_SHOWN = 40;

/** The comparison for people: what differs, by section, then what was set aside or left open. */
export function comparisonText({ a, b }: Compared, comparison: Comparison, isVerbose: boolean): string {
  const { differences, setAside, unlooked, untold } = comparison;
  const lines = [
    `--- ${a}`,
    `+++ ${b}`,
    '',
    ...(differences.length > 0 ? sectionLines(differences) : ['nothing differs, as far as dbg can see', '']),
    ...(isVerbose && setAside.length > 0 ? ['different by nature:', '', ...sectionLines(setAside)] : []),
    ...(setAside.length > 0 && !isVerbose
      ? [`set aside, as they differ by nature: ${setAside.length} ids, times, addresses and measures (-v shows them)`]
      : []),
    ...untold.map(({ section, name }) => `not told apart, as a secret is left out: ${SECTIONS[section]}, ${name}`),
    ...unlookedLines({ a, b }, unlooked),
  ];
  return lines.map((line) => `${escapeControls(line)}\n`).join('');
}

function sectionLines(differences: readonly Difference[]): string[] {
  const sections = new Map<SectionName, Difference[]>();
  for (const each of differences) sections.set(each.section, [...(sections.get(each.section) ?? []), each]);
  return [...sections].flatMap(([section, all]) => [
    SECTIONS[section],
    ...all.slice(0, MOST_SHOWN).flatMap(differenceLines),
    ...(all.length > MOST_SHOWN ? [`  … ${all.length - MOST_SHOWN} more (--json shows all)`] : []),
    '',
  ]);
}

function differenceLines({ name, a, b }: Difference): string[] {
  // The values look the same where only their secrets differ.
  const isHidden = a !== undefined && a === b;
  return [
    `  ${name}`,
    ...(a === undefined ? [] : [`    - ${a}`]),
    ...(b === undefined ? [] : [`    + ${b}${isHidden ? '  (another value)' : ''}`]),
  ];
}

/** Sections that could not be looked at for the same reason share a line. */
function unlookedLines(names: Compared, unlooked: Comparison['unlooked']): string[] {
  const reasons = new Map<string, string[]>();
  for (const { section, of, why } of unlooked) {
    const reason = `${names[of]}: ${why}`;
    reasons.set(reason, [...(reasons.get(reason) ?? []), SECTIONS[section]]);
  }
  return [...reasons].map(([reason, sections]) => `not compared: ${sections.join('; ')}  (${reason})`);
}

/**
 * The object that `dbg diff --json` prints. The keys are documented in docs/diff.md and must not
 * change.
 */
export const comparisonRecord = (a: object, b: object, comparison: Comparison) => ({
  a,
  b,
  same: comparison.differences.length === 0,
  differences: comparison.differences.map(differenceRecord),
  by_nature: comparison.setAside.map((each) => ({ ...differenceRecord(each), nature: each.nature })),
  not_compared: comparison.unlooked.map(({ section, of, why }) => ({ section, of, why })),
  not_told_apart: comparison.untold.map(({ section, name }) => ({ section, name })),
});

const differenceRecord = ({ section, name, a, b }: Difference) => ({
  section,
  name,
  a: a ?? null,
  b: b ?? null,
  hidden: a !== undefined && a === b,
});
