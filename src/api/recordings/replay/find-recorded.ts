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

/** Parameters that differ each time though the same is asked: times, and the size of a terminal. */
const VOLATILE = new Set(['since', 'until', 'h', 'w', 'timestamp']);

/**
 * Gives a function that finds the recorded call which a request repeats.
 * - Method, path (whatever the API's version), query and body are the same. Query and body are
 *   compared by what their JSON says.
 * - A secret that was redacted fits any.
 * - A request that was recorded several times gets these calls in their order, and then the last
 *   one each time.
 * - The call is `alike` where only times and sizes differ (VOLATILE).
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

/** The parameters of a query, sorted. JSON in a value is compared by what it says. */
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

/**
 * JSON as a text of what it says (set-lists.ts). `name` is the member or parameter that has this
 * value. undefined: the text is no JSON.
 */
function normalJson(text: string, name = ''): string | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.stringify(canonical(JSON.parse(text), name));
  } catch {
    return undefined;
  }
}
