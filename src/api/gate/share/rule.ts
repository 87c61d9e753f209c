import type { AskedOperation } from './asked-operation.ts';

/** One line of a policy. */
export interface PolicyRule {
  readonly effect: 'allow' | 'deny';
  /** "POST /containers/web/restart", or an operation's name; may end in " with power" */
  readonly text: string;
  /** whether an allow lets through what gives power over the host as well */
  readonly withPower: boolean;
  /** the operations known to dbg that the rule is about, wholly or in part */
  readonly operations: ReadonlySet<string>;
  matches(request: AskedOperation): boolean;
}
