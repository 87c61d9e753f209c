import type { Finding } from './finding.ts';

/**
 * One thing that can be wrong, as a pure function of facts. Checks are listed in causal order: what
 * an earlier check finds broken may explain what a later one finds.
 * @template T the facts there are, by name
 */
export interface Check<T, Needs extends keyof T = keyof T> {
  /** the name in `--json` and docs/why.md: "life.oom" */
  readonly id: string;
  readonly layer: string;
  /** one sentence for docs/why.md about what the check finds */
  readonly about: string;
  /** the facts that `find` is given; the check is skipped where one of them is unknown */
  readonly needs: readonly Needs[];
  find(facts: Readonly<Pick<T, Needs>>): readonly Finding[];
}

/** A check as it stands in a table, whatever its needs. */
export type AnyCheck<T> = Omit<Check<T>, 'find'> & { find(facts: never): readonly Finding[] };

/** Makes a check. The type of `find`'s argument follows from `needs`. */
export const checkOf =
  <T>() =>
  <Needs extends keyof T>(check: Check<T, Needs>): AnyCheck<T> =>
    check;
