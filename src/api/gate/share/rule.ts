import type { AskedOperation } from './asked-operation.ts';

/** One line of a policy. */
export interface PolicyRule {
  readonly effect: 'allow' | 'deny';
  /** "POST /containers/web/restart", or an operation's name; with power, if it is */
  readonly text: string;
  /** An allow of what gives power over the host as well. */
  readonly withPower: boolean;
  /** of those that dbg knows, the operations that it is about, whole or in part */
  readonly operations: ReadonlySet<string>;
  matches(request: AskedOperation): boolean;
}
