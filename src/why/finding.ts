import type { NextStep } from '../errors.ts';

/**
 * How sure dbg is that this is the cause.
 * - `broken`: proven to be wrong; it can be the answer.
 * - `suspect`: may be the cause, or may be intended.
 * - `note`: worth knowing.
 */
export type Severity = 'broken' | 'suspect' | 'note';

/** What dbg saw, and a command that shows the same to a person. */
export interface Evidence {
  readonly seen: string;
  readonly command: string;
}

/**
 * What a check has found. Its texts may contain names from outside, which are escaped when they are
 * printed.
 */
export interface Finding {
  readonly severity: Severity;
  /** one plain sentence that names the thing and the number */
  readonly sentence: string;
  readonly evidence: readonly Evidence[];
  /** what the person can do about it */
  readonly next: readonly NextStep[];
}

/** A finding with the id and the layer of the check that made it. */
export interface Judged extends Finding {
  readonly id: string;
  readonly layer: string;
}
