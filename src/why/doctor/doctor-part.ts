import type { AnyCheck, Check } from '../check.ts';
import type { DoctorFacts } from './doctor-facts.ts';

/**
 * A part of this host that dbg needs or can use, as a check that also tells what dbg has seen where
 * nothing is wrong. A `broken` finding means that dbg cannot do without it.
 */
interface Part<Needs extends keyof DoctorFacts> extends Check<DoctorFacts, Needs> {
  /** what needs it: "dbg veth --delay" */
  readonly neededBy: string;
  /** the part as it is, in a few words */
  seen(facts: Readonly<Pick<DoctorFacts, Needs>>): string;
}

/** A part as it stands in a table, whatever its needs. */
export type AnyPart = AnyCheck<DoctorFacts> & { readonly neededBy: string; seen(facts: never): string };

/** Makes a part. The type of the arguments of `find` and `seen` follows from `needs`. */
export const part = <Needs extends keyof DoctorFacts>(it: Part<Needs>): AnyPart => it;
