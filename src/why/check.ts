import type { Finding } from './finding.ts';

/**
 * One thing that can be wrong: a pure function of facts. Checks stand in causal order: what an
 * earlier one finds broken explains what a later one finds.
 * @template T the facts there are, by name
 */
export interface Check<T, Needs extends keyof T = keyof T> {
  /** as in `--json` and docs/why.md: "life.oom" */
  readonly id: string;
  readonly layer: string;
  /** what it finds, for docs/why.md: one sentence */
  readonly about: string;
  /** It is not asked where one of these is unknown. */
  readonly needs: readonly Needs[];
  find(facts: Readonly<Pick<T, Needs>>): readonly Finding[];
}

/** A check of any needs, as it stands in a table. */
export type AnyCheck<T> = Omit<Check<T>, 'find'> & { find(facts: never): readonly Finding[] };

/** Makes a check, whose needs say which facts it is given. */
export const checkOf =
  <T>() =>
  <Needs extends keyof T>(check: Check<T, Needs>): AnyCheck<T> =>
    check;
