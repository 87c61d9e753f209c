import type { NextStep } from '../errors.ts';

/**
 * How sure it is that this is what is wrong: `broken` is proven, and is an answer; `suspect` may be
 * the cause, or may be meant so; a `note` is worth knowing.
 */
export type Severity = 'broken' | 'suspect' | 'note';

/** What was seen, and the command by which a person sees the same. */
export interface Evidence {
  readonly seen: string;
  readonly command: string;
}

/**
 * What a check has found out. Its texts may hold names from outside as they came: they are escaped
 * where they are printed.
 */
export interface Finding {
  readonly severity: Severity;
  /** one plain sentence that names the thing and the number */
  readonly sentence: string;
  readonly evidence: readonly Evidence[];
  /** what to do about it */
  readonly next: readonly NextStep[];
}

/** A finding, with the check that made it. */
export interface Judged extends Finding {
  readonly id: string;
  readonly layer: string;
}
