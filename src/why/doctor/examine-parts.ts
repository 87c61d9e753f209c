import type { Facts } from '../fact.ts';
import type { Judged } from '../finding.ts';
import { judge } from '../judge.ts';
import type { DoctorFacts } from './doctor-facts.ts';
import type { AnyPart } from './doctor-part.ts';

/** A part of this host with all that dbg can say about it. */
export interface Examined {
  readonly id: string;
  readonly layer: string;
  /** the worst of its findings; "open" where dbg could not look */
  readonly state: 'good' | 'broken' | 'suspect' | 'note' | 'open';
  /** the part as it is; undefined where dbg could not look */
  readonly seen: string | undefined;
  /** why dbg could not look */
  readonly unknown: string | undefined;
  readonly neededBy: string;
  readonly findings: readonly Judged[];
}

const WORST_FIRST = ['broken', 'suspect', 'note'] as const;

/** Judges each part of a table by the facts, in the order of the table. */
export const examineParts = (parts: readonly AnyPart[], facts: Facts<DoctorFacts>): Examined[] =>
  parts.map((each) => {
    const { id, layer, neededBy, needs } = each;
    const { answer, follows, others } = judge([each], facts);
    const findings = [...(answer ? [answer] : []), ...follows, ...others];
    const unknown = needs.flatMap((name) => {
      const fact = facts[name];
      return fact.known ? [] : [fact.why];
    });
    const worst = WORST_FIRST.find((severity) => findings.some((finding) => finding.severity === severity));
    const isOpen = unknown.length > 0;
    return {
      id,
      layer,
      state: isOpen ? 'open' : (worst ?? 'good'),
      seen: isOpen ? undefined : each.seen(given(each, facts) as never),
      unknown: unknown[0],
      neededBy,
      findings,
    };
  });

/** The facts that a part needs, all of which are known. */
const given = ({ needs }: AnyPart, facts: Facts<DoctorFacts>) =>
  Object.fromEntries(
    needs.flatMap((name) => {
      const fact = facts[name];
      return fact.known ? [[name, fact.value]] : [];
    }),
  );
