import type { AnyCheck } from './check.ts';
import type { Facts } from './fact.ts';
import type { Judged } from './finding.ts';

/** The state of one layer. */
export interface LayerVerdict {
  readonly layer: string;
  /**
   * broken: something is proven wrong; open: nothing is broken, but a part could not be looked at
   */
  readonly state: 'good' | 'broken' | 'suspect' | 'open';
  /** why parts of the layer could not be looked at; empty where all were */
  readonly unknown: readonly string[];
}

export interface Verdict {
  /** the first broken finding, in causal order; undefined where nothing is broken */
  readonly answer: Judged | undefined;
  /** the other broken findings, most of which follow from the answer */
  readonly follows: readonly Judged[];
  /** suspects and notes, in causal order */
  readonly others: readonly Judged[];
  readonly layers: readonly LayerVerdict[];
}

/**
 * Runs the checks in the order of the table, and says what is wrong first. A check that needs an
 * unknown fact is skipped, and its layer is open unless something in it is broken.
 */
export function judge<T>(checks: readonly AnyCheck<T>[], facts: Facts<T>): Verdict {
  const findings: Judged[] = [];
  const unknown = new Map<string, Set<string>>();
  for (const check of checks) {
    const missing = check.needs.flatMap((name) => {
      const fact = facts[name];
      return fact.known ? [] : [fact.why];
    });
    const its = unknown.get(check.layer) ?? new Set<string>();
    unknown.set(check.layer, its);
    missing.forEach((why) => its.add(why));
    if (missing.length > 0) continue;
    const given = Object.fromEntries(check.needs.map((name) => [name, valueOf(facts, name)]));
    for (const finding of check.find(given as never)) findings.push({ ...finding, id: check.id, layer: check.layer });
  }
  const [answer, ...follows] = findings.filter(({ severity }) => severity === 'broken');
  const layers = [...unknown].map(([layer, why]) => ({
    layer,
    state: stateOf(
      findings.filter((each) => each.layer === layer),
      why.size > 0,
    ),
    unknown: [...why],
  }));
  return { answer, follows, others: findings.filter(({ severity }) => severity !== 'broken'), layers };
}

/** Whether nothing at all could be looked at, and nothing was found. */
export const isBlind = ({ answer, others, layers }: Verdict): boolean =>
  answer === undefined && others.length === 0 && layers.every(({ state }) => state === 'open');

function valueOf<T>(facts: Facts<T>, name: keyof T): unknown {
  const fact = facts[name];
  return fact.known ? fact.value : undefined;
}

function stateOf(findings: readonly Judged[], isOpen: boolean): LayerVerdict['state'] {
  const has = (severity: Judged['severity']) => findings.some((each) => each.severity === severity);
  if (has('broken')) return 'broken';
  if (isOpen) return 'open';
  return has('suspect') ? 'suspect' : 'good';
}
