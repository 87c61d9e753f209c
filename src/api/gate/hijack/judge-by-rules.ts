import type { Decided, Forward, Judge } from '../verdict.ts';
import { type RequestHead } from '../../wire/http/http-head.ts';
import { operationOf } from '../../wire/calls/operation.ts';
import { has, merged } from './json-merge.ts';
import type { Action, Match, HijackRule } from './rules.ts';

/** Called when a rule has been used: its number, counted from 1, the call, and what was done. */
export type Used = (rule: number, call: string, what: string) => void;

/** A longer body is not looked at: no rule with a body in its match fits it. */
const MOST_BODY_BYTES = 1_048_576;

/**
 * Judges calls by rules. The first rule decides that fits the call and has not acted `times` times
 * yet. A call that no rule fits goes on unchanged.
 */
export function judgeByRules(rules: readonly HijackRule[], used: Used): Judge {
  const left = rules.map(({ times }) => times);

  function act(head: RequestHead, index: number | undefined): Decided {
    if (index === undefined) return { kind: 'forward' };
    left[index]!--;
    const { verdict, what } = decide(rules[index]!);
    used(index + 1, `${head.method} ${operationOf(head.method, head.target).path}`, what);
    return verdict;
  }

  return (head) => {
    const fitting = rules.flatMap((rule, index) => (left[index]! > 0 && fits(rule.match, head) ? [index] : []));
    const [first] = fitting;
    if (first === undefined || rules[first]!.match.body === undefined) return act(head, first);
    return {
      kind: 'needs body',
      most: MOST_BODY_BYTES,
      // Checks `left` again: while this body came, another call may have used a rule up.
      judge: (body) =>
        act(
          head,
          fitting.find((index) => left[index]! > 0 && hasBody(rules[index]!.match, body)),
        ),
    };
  };
}

function fits({ methods, path, query }: Match, head: RequestHead): boolean {
  const operation = operationOf(head.method, head.target);
  if (methods.length > 0 && !methods.includes(head.method)) return false;
  if (path && !path(operation.path)) return false;
  const asked = new URLSearchParams(operation.query);
  return Object.entries(query).every(([name, value]) => asked.getAll(name).includes(value));
}

function hasBody({ body: wanted }: Match, body: Buffer | undefined): boolean {
  if (wanted === undefined) return true;
  const json = parsed(body);
  return json !== undefined && has(json, wanted);
}

function decide({ action, delay }: HijackRule): { verdict: Decided; what: string } {
  const later = delay > 0 ? { delay } : {};
  const [verdict, what] = byAction(action);
  return { verdict: { ...verdict, ...later }, what: delay > 0 ? `${what} after ${delay} ms` : what };
}

function byAction(action: Action): readonly [Decided, string] {
  if (action.kind === 'pass') return [{ kind: 'forward' }, 'passed on'];
  if (action.kind === 'patch') return [{ kind: 'forward', patch: patching(action.patch) }, 'answer patched'];
  if (action.kind === 'answer') {
    const { status, headers, body } = action;
    const answer = { kind: 'answer', status, headers: Object.entries(headers), body: Buffer.from(body) } as const;
    return [answer, `answered with ${status}`];
  }
  if (action.after === undefined) return [{ kind: 'drop' }, 'dropped'];
  return [{ kind: 'forward', dropAfter: action.after }, `dropped behind ${action.after} bytes`];
}

/** Patches an answer; of a list, each element. An answer that is not JSON stays unchanged. */
function patching(patch: unknown): NonNullable<Forward['patch']> {
  return (head, body) => {
    const json = parsed(body);
    // An error does not have the form that the patch is for.
    if (json === undefined || head.status >= 300) return { head, body };
    const changed =
      Array.isArray(json) && !Array.isArray(patch) ? json.map((each) => merged(each, patch)) : merged(json, patch);
    return { head, body: Buffer.from(`${JSON.stringify(changed)}\n`) };
  };
}

function parsed(body: Buffer | undefined): unknown {
  try {
    return body && JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
