import { neededCapability } from './needed-capability.ts';
import { parseTrace } from './trace.ts';

/** A system call that the kernel refused, as often as the same was refused. */
export interface Refusal {
  /** the process of the first one; undefined where strace traced only one */
  readonly pid: number | undefined;
  /** the call with its arguments, as strace prints it; a long one is cut */
  readonly call: string;
  /** EPERM or EACCES */
  readonly error: string;
  /** the number of the capability that would have allowed it; undefined where none is known */
  readonly capability: number | undefined;
  readonly times: number;
}

const REFUSED = /^([a-z_]\w*)\((.*)\)\s+= -1 (EPERM|EACCES) /;
const MOST_CHARACTERS = 160;
/** How many different refusals are kept. A program may vary its arguments at will. */
const MOST = 100;

/**
 * Reads what strace printed: the calls that were refused for want of a right, the most frequent
 * first.
 */
export function parseRefusals(trace: string): Refusal[] {
  const found = new Map<string, Refusal>();
  for (const { pid, events } of parseTrace(trace)) {
    for (const { text } of events) {
      const [, name, args = '', error = ''] = REFUSED.exec(text) ?? [];
      if (name === undefined) continue;
      const whole = `${name}(${args})`;
      const call = whole.length > MOST_CHARACTERS ? `${whole.slice(0, MOST_CHARACTERS)}…` : whole;
      const key = `${call} ${error}`;
      const before = found.get(key);
      if (before) found.set(key, { ...before, times: before.times + 1 });
      else if (found.size < MOST) {
        found.set(key, { pid, call, error, capability: neededCapability(name, args, error), times: 1 });
      }
    }
  }
  return [...found.values()].toSorted((one, other) => other.times - one.times);
}
