import type { RequestHead } from '../http/head.ts';
import { operationOf } from '../operation.ts';
import { redacted } from '../redact/redact.ts';
import { gmac } from '../recording/digest.ts';
import type { RecordedCall } from './load.ts';

export interface Asked {
  readonly head: RequestHead;
  readonly body: Buffer;
}

export type Found =
  | { readonly kind: 'same' | 'alike'; readonly call: RecordedCall }
  | { readonly kind: 'none'; readonly nearest: RecordedCall | undefined };

/** What differs from one time to the next though the same is asked: times, and the size of a terminal. */
const VOLATILE = new Set(['since', 'until', 'h', 'w', 'timestamp']);

/**
 * Finds the recorded call that a request repeats: same method, path (whatever the API's version), query and body; a secret that was redacted fits
 * any. One that was asked several times is answered so, in its order, and by the last one from then on. `alike`: but for times and sizes.
 */
export function finder(calls: readonly RecordedCall[]): (asked: Asked) => Found {
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
    normalJson(value) ?? value,
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

/** JSON with its members in order; undefined for what is none. */
function normalJson(text: string): string | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => compare(a, b)))
        : value,
    );
  } catch {
    return undefined;
  }
}

/** As it would stand in a recording. */
function redactedRequest({ head, body }: Asked): Asked {
  const of = { call: 1, connection: 1, time: 0 } as const;
  const pieces: Buffer[] = [];
  let clean = head;
  const stage = redacted((event) => {
    if (event.type === 'request') clean = event.head;
    if (event.type === 'data') pieces.push(event.data);
  });
  stage({ type: 'request', head, ...of });
  if (body.length > 0) stage({ type: 'data', from: 'client', data: body, ...of });
  stage({ type: 'end', from: 'client', ...of });
  return { head: clean, body: Buffer.concat(pieces) };
}

/** The call with the most in common: the operation first, then parts of the path, then of the query. */
function nearest(calls: readonly RecordedCall[], { head }: Asked): RecordedCall | undefined {
  const asked = operationOf(head.method, head.target);
  const parts = new Set([...asked.path.split('/'), ...asked.query.split('&')]);
  const common = ({ request }: RecordedCall) => {
    const { name, path, query } = operationOf(request.method, request.target);
    const shared = [...path.split('/'), ...query.split('&')].filter((part) => part !== '' && parts.has(part)).length;
    return (name !== '' && name === asked.name ? 100 : 0) + (request.method === head.method ? 10 : 0) + shared;
  };
  return calls.reduce<RecordedCall | undefined>(
    (best, call) => (best === undefined || common(call) > common(best) ? call : best),
    undefined,
  );
}
