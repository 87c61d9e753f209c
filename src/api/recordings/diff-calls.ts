import { header, type RequestHead } from '../wire/http/http-head.ts';
import { align } from './align.ts';
import { differenceText, jsonDifferences, parsedJson } from './json-difference.ts';
import type { WholeCall } from './whole-call.ts';

/**
 * A call of one session beside the same call of the other. Where the other session has none like
 * it, that side is undefined.
 */
export interface CallPair {
  readonly a: WholeCall | undefined;
  readonly b: WholeCall | undefined;
  /** for a person: "query all: — → 1" */
  readonly differences: readonly string[];
}

/**
 * Tells what differs between two sessions, call by call in their order. Ids are the same when they
 * came in the same order. Times always are.
 */
export function diffCalls(a: readonly WholeCall[], b: readonly WholeCall[]): CallPair[] {
  const [was, is] = [a.map(normalizer()), b.map(normalizer())];
  return align(
    was.map(({ key }) => key),
    is.map(({ key }) => key),
  ).map(([one, other]) => {
    const [before, after] = [one === undefined ? undefined : was[one], other === undefined ? undefined : is[other]];
    return { a: before?.whole, b: after?.whole, differences: before && after ? differencesOf(before, after) : [] };
  });
}

interface Normal {
  readonly whole: WholeCall;
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly body: unknown;
  readonly answer: unknown;
}

/**
 * Makes calls of two sessions comparable: ids of 64 and 12 digits become their number by order of
 * appearance, dates become "<time>".
 */
function normalizer(): (whole: WholeCall) => Normal {
  const ids = new Map<string, string>();
  const normal = (text: string) =>
    text
      .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)/g, '<time>')
      .replace(/\b(?:[\da-f]{64}|(?=\d*[a-f])[\da-f]{12})\b/g, (id) => {
        const short = id.slice(0, 12);
        if (!ids.has(short)) ids.set(short, `<id${ids.size + 1}>`);
        return ids.get(short)!;
      });
  return (whole) => {
    const { operation, request } = whole.call;
    const key = normal(`${request?.method} ${operation.path}`);
    const query = new Map([...new URLSearchParams(operation.query)].map(([name, value]) => [name, normal(value)]));
    if (/^(?:SystemEvents|.*Logs)$/.test(operation.like)) for (const name of ['since', 'until']) query.delete(name);
    const text = normal(Buffer.concat(whole.sent.pieces).toString('utf8'));
    const answer = Buffer.concat(whole.received.pieces);
    const json = answer.length <= MOST_COMPARED_BYTES ? parsedJson(normal(answer.toString('utf8'))) : undefined;
    return { whole, key, query, body: parsedJson(text) ?? text, answer: shape(json) };
  };
}

/** An answer that is longer is not compared. */
const MOST_COMPARED_BYTES = 65_536;

/**
 * The types of a value's parts, without the values: those of an answer differ each day. Of a list,
 * only the first entry counts.
 */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shape);
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]));
}

function differencesOf(a: Normal, b: Normal): string[] {
  const found: string[] = [];
  const add = (what: string, was: unknown, is: unknown) => found.push(differenceText(what, was, is));
  const [was, is] = [a.whole.call, b.whole.call];
  if (was.operation.version !== is.operation.version) add('version', was.operation.version, is.operation.version);
  for (const name of new Set([...a.query.keys(), ...b.query.keys()])) {
    if (a.query.get(name) !== b.query.get(name)) add(`query ${name}`, a.query.get(name), b.query.get(name));
  }
  const agent = (request: RequestHead | undefined) => header(request?.headers ?? [], 'user-agent');
  if (agent(was.request) !== agent(is.request)) add('User-Agent', agent(was.request), agent(is.request));
  for (const each of jsonDifferences(a.body, b.body)) add(`body ${each.path}`, each.a, each.b);
  if (was.response?.status !== is.response?.status) add('status', was.response?.status, is.response?.status);
  for (const each of jsonDifferences(a.answer, b.answer)) add(`answer ${each.path}`, each.a, each.b);
  const [before, after] = [was, is].map(({ startedAt, endedAt }) => (endedAt ?? startedAt) - startedAt) as [
    number,
    number,
  ];
  if (Math.max(before, after) > 10 * Math.min(before, after) && Math.abs(after - before) > 100) {
    add('took ms', Math.round(before), Math.round(after));
  }
  return found;
}
