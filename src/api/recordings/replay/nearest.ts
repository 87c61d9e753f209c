import { escapeControls } from '../../../text.ts';
import { operationOf } from '../../wire/calls/operation.ts';
import { differenceText, jsonDifferences, parsedJson } from '../json-difference.ts';
import { redactedRequest, type ReplayRequest } from './replay-request.ts';
import type { RecordedCall } from './load-calls.ts';

/** The recorded call that has most in common with a request that was not recorded. */
export interface Nearest {
  readonly call: RecordedCall;
  /** what differs, for a person, without secrets; '' where that is the path */
  readonly why: string;
}

/**
 * The nearest call: by the operation first, then by the method and the parts of path and query that
 * are the same. Of those that are equal in that, it is the one that differs least. undefined: no
 * call is recorded.
 */
export function nearest(calls: readonly RecordedCall[], asked: ReplayRequest): Nearest | undefined {
  const scores = calls.map(closeness(asked));
  const best = scores.reduce((most, each) => Math.max(most, each), 0);
  const safe = redactedRequest(asked);
  const [first, ...others] = calls
    .filter((_, at) => scores[at] === best)
    .slice(0, MOST_COMPARED)
    .map((call) => ({ call, differences: differencesOf(call, safe) }));
  if (first === undefined) return undefined;
  const count = ({ differences }: typeof first) => (Array.isArray(differences) ? differences.length : Infinity);
  const closest = others.reduce((least, each) => (count(each) < count(least) ? each : least), first);
  return { call: closest.call, why: whyText(closest.differences) };
}

const MOST_COMPARED = 100;

function closeness({ head }: ReplayRequest): (call: RecordedCall) => number {
  const asked = operationOf(head.method, head.target);
  const parts = new Set([...asked.path.split('/'), ...asked.query.split('&')]);
  return ({ request }) => {
    const { name, path, query } = operationOf(request.method, request.target);
    const shared = [...path.split('/'), ...query.split('&')].filter((part) => part !== '' && parts.has(part)).length;
    return (name !== '' && name === asked.name ? 100 : 0) + (request.method === head.method ? 10 : 0) + shared;
  };
}

/**
 * Which parameters and parts of the body differ.
 * - `path`: another path or method is asked for.
 * - `body`: it cannot be told where the bodies differ.
 */
function differencesOf(call: RecordedCall, asked: ReplayRequest): string[] | 'path' | 'body' {
  const was = redactedRequest({ head: call.request, body: call.body });
  const [before, now] = [was, asked].map(({ head }) => operationOf(head.method, head.target)) as [Operation, Operation];
  if (was.head.method !== asked.head.method || before.path !== now.path) return 'path';
  if (call.bodyDigest !== undefined) return 'body';
  const isSame = was.body.equals(asked.body);
  const [a, b] = isSame ? [undefined, undefined] : [bodyOf(was), bodyOf(asked)];
  if (a === NO_JSON || b === NO_JSON) return 'body';
  try {
    return [
      ...parameterDifferences(before.query, now.query),
      ...jsonDifferences(a, b).map((each) => differenceText(`body ${each.path}`.trimEnd(), each.a, each.b)),
    ];
  } catch {
    return 'body'; // nested too deeply to be followed
  }
}

type Operation = ReturnType<typeof operationOf>;

const NO_JSON = Symbol('no JSON');

/** The JSON of a body; undefined: there is no body. */
function bodyOf({ body }: ReplayRequest): unknown {
  return body.length === 0 ? undefined : (parsedJson(body.toString('utf8')) ?? NO_JSON);
}

function parameterDifferences(a: string, b: string): string[] {
  const [was, is] = [new URLSearchParams(a), new URLSearchParams(b)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((name) =>
    jsonDifferences(valueOf(was, name), valueOf(is, name), name).map((each) =>
      differenceText(`query ${name}${each.path}`, each.a, each.b),
    ),
  );
}

/** The value of a parameter; where it is JSON, what that says. Several values become a list. */
function valueOf(query: URLSearchParams, name: string): unknown {
  const values = query.getAll(name).toSorted();
  return values.length > 1 ? values : (parsedJson(values[0] ?? '') ?? values[0]);
}

const MOST_TOLD = 3;
const MOST_TEXT = 200;

function whyText(differences: string[] | 'path' | 'body'): string {
  if (differences === 'path') return '';
  if (differences === 'body') return 'whose body is another one';
  // Both are without secrets here, and are the same: so a secret differs.
  if (differences.length === 0) return 'which differs in a secret';
  const more = differences.length - MOST_TOLD;
  const told = differences.slice(0, MOST_TOLD).map(shortened);
  return `which differs: ${[...told, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')}`;
}

const shortened = (text: string) => escapeControls(text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text);
