import { REDACTED } from '../api/wire/redact/secret-names.ts';
import { type Item, type Evidence, type Nature, SECTION_NAMES, type SectionName } from './container-evidence.ts';
import { CUT } from './items/item.ts';

/** One thing in which two containers differ. */
export interface Difference {
  readonly section: SectionName;
  readonly name: string;
  /** undefined where the container has no such thing */
  readonly a: string | undefined;
  readonly b: string | undefined;
  /** left out for what should be the same in both */
  readonly nature?: Nature;
}

/** A section that could not be compared, because dbg could not look at it in one of the two. */
export interface Unlooked {
  readonly section: SectionName;
  readonly of: 'a' | 'b';
  readonly why: string;
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** what differs by nature */
  readonly setAside: readonly Difference[];
  readonly unlooked: readonly Unlooked[];
  /** what looks the same without its secrets, and may differ in them: bundles do not tell */
  readonly untold: readonly Pick<Difference, 'section' | 'name'>[];
}

/** Compares what was seen of two containers, section by section. */
export function compareEvidence(
  a: Pick<Evidence, 'sections'>,
  b: Pick<Evidence, 'sections'>,
  sections: readonly SectionName[] = SECTION_NAMES,
): Comparison {
  const differences: Difference[] = [];
  const setAside: Difference[] = [];
  const unlooked: Unlooked[] = [];
  const untold: Pick<Difference, 'section' | 'name'>[] = [];
  for (const section of sections) {
    const [one, other] = [a.sections[section], b.sections[section]];
    if (!one.known) unlooked.push({ section, of: 'a', why: one.why });
    if (!other.known) unlooked.push({ section, of: 'b', why: other.why });
    if (!one.known || !other.known) continue;
    const [ones, others] = [byName(one.value), byName(other.value)];
    for (const name of new Set([...ones.keys(), ...others.keys()])) {
      const pair = [ones.get(name), others.get(name)] as const;
      const verdict = judged(section, ...pair);
      const difference = { section, name, a: pair[0]?.value, b: pair[1]?.value };
      if (verdict === 'different') differences.push(difference);
      else if (verdict === 'untold') untold.push({ section, name });
      else if (verdict !== 'same') setAside.push({ ...difference, nature: verdict });
    }
  }
  return { differences, setAside, unlooked, untold };
}

const byName = (items: readonly Item[]) => new Map(items.map((each) => [each.name, each]));

type Verdict = 'same' | 'different' | 'untold' | Nature;

function judged(section: SectionName, a: Item | undefined, b: Item | undefined): Verdict {
  if (a && b && a.value === b.value) return sameValue(a, b);
  // A value is different by nature only where it is in both: an own name instead of a random id is
  // somebody's choice.
  const nature = a && b ? a.nature === b.nature && a.nature : (a ?? b)?.nature;
  if (section === 'open_files' && isMoreThanUsual(count(a), count(b))) return 'different';
  return nature || 'different';
}

function sameValue(a: Item, b: Item): Verdict {
  if (a.mark !== undefined && b.mark !== undefined) return a.mark === b.mark ? 'same' : 'different';
  const hides = `${a.name} ${a.value}`.includes(REDACTED) || a.value.endsWith(CUT);
  return hides ? 'untold' : 'same';
}

const count = (item: Item | undefined) => Number(item?.value ?? 0);

/**
 * Whether one of two counts is unusual beside the other. How many files are open changes all the
 * time, but a leak is many times as many.
 */
const isMoreThanUsual = (a: number, b: number) => Math.max(a, b) > 2 * Math.min(a, b) + USUAL;
const USUAL = 16;
