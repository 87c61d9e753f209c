import type { RequestHead } from '../../wire/http/http-head.ts';
import { operationOf } from '../../wire/calls/operation.ts';
import { gmac } from '../digest.ts';
import { canonical } from '../../wire/calls/set-lists.ts';
import { redactedRequest, type ReplayRequest } from './replay-request.ts';
import type { RecordedCall } from './load-calls.ts';
import { nearest, type Nearest } from './nearest.ts';

export type FoundCall =
  | { readonly kind: 'same' | 'alike'; readonly call: RecordedCall }
  | { readonly kind: 'none'; readonly nearest: Nearest | undefined };

/** What differs from one time to the next though the same is asked: times, and the size of a terminal. */
const VOLATILE = new Set(['since', 'until', 'h', 'w', 'timestamp']);

/**
 * Finds the recorded call that a request repeats: same method, path (whatever the API's version), query and body, both by what their JSON
 * says; a secret that was redacted fits any. One that was asked several times is answered so, in its order, and by the last one from then on. `alike`: but for times and sizes.
 */
export function finder(calls: readonly RecordedCall[]): (asked: ReplayRequest) => FoundCall {
  const same = queues(calls, (call) => keyOf(call.request, bodyKey(call), new Set()));
  const alike = queues(calls, (call) => keyOf(call.request, bodyKey(call), VOLATILE));
  return (asked) => {
    for (const [queue, kind, without] of [
      [same, 'same', new Set<string>()],
      [alike, 'alike', VOLATILE],
    ] as const) {
      for (const each of [asked, redactedRequest(asked)]) {
        const call = queue(keyOf(each.head, bodyKey(each), without));
        if (call) return { kind, call };
      }
    }
    return { kind: 'none', nearest: nearest(calls, asked) };
  };
}

function queues(
  calls: readonly RecordedCall[],
  key: (call: RecordedCall) => string,
): (wanted: string) => RecordedCall | undefined {
  const found = new Map<string, { readonly calls: RecordedCall[]; next: number }>();
  for (const call of calls) {
    const queue = found.get(key(call)) ?? { calls: [], next: 0 };
    queue.calls.push(call);
    found.set(key(call), queue);
  }
  return (wanted) => {
    const queue = found.get(wanted);
    return queue && (queue.calls[queue.next++] ?? queue.calls.at(-1));
  };
}

function keyOf({ method, target }: RequestHead, body: string, without: ReadonlySet<string>): string {
  const { path, query } = operationOf(method, target);
  return JSON.stringify([method, path, queryPairs(query).filter(([name]) => !without.has(name)), body]);
}

/** Sorted; a value that is JSON by what it says. */
function queryPairs(query: string): [string, string][] {
  const pairs = [...new URLSearchParams(query)].map(([name, value]): [string, string] => [
    name,
    normalJson(value, name) ?? value,
  ]);
  return pairs.toSorted(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)));
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

function bodyKey({ body, bodyDigest }: { readonly body: Buffer; readonly bodyDigest?: string | undefined }): string {
  if (bodyDigest !== undefined) return bodyDigest;
  if (body.length === 0) return '';
  const json = normalJson(body.toString('utf8'));
  if (json !== undefined) return json;
  const digest = gmac();
  digest.add(body);
  return digest.end();
}

/** JSON by what it says (sets.ts), of a member or parameter of that name; undefined for what is none. */
function normalJson(text: string, name = ''): string | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.stringify(canonical(JSON.parse(text), name));
  } catch {
    return undefined;
  }
}
