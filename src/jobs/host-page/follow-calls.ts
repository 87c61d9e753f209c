import { followCalls, type Call } from '../../api/wire/calls/call.ts';
import { names, type AskName } from '../../api/wire/calls/container-names.ts';
import type { CrossingListener } from '../../api/wire/crossing.ts';
import { reading } from '../../api/wire/reading.ts';
import { redacted } from '../../api/wire/redact/redact.ts';
import type { EntryLike } from '../../host-page/page-entries.ts';

/** A call that is open for this long has a line before it ends. */
const OPEN_MS = 1000;

/**
 * Makes lines of the timeline of the API calls that cross between clients and the engine, without
 * secrets. A call has a line when it has ended, and one before that when it stays open, as a
 * followed log does.
 */
export function followApiCalls(askName: AskName, onEntries: (entries: readonly EntryLike[]) => void): CrossingListener {
  const known = names(askName);
  const waiting = new Map<Call, NodeJS.Timeout>();
  const show = (call: Call) => onEntries([entryOf(call, known.of(call))]);
  const calls = followCalls((call, event) => {
    if (event.type === 'request' || call.endedAt !== undefined) known.learn(call);
    if (event.type === 'request') {
      const timer = setTimeout(() => waiting.delete(call) && show(call), OPEN_MS);
      waiting.set(call, timer.unref());
    }
    if (call.endedAt === undefined) return;
    clearTimeout(waiting.get(call));
    waiting.delete(call);
    void (known.settled() ?? Promise.resolve()).then(() => show(call));
  });
  return reading(redacted(calls));
}

/** "docker 4711: container create web → 201 in 34 ms · POST /v1.41/containers/create?name=web" */
function entryOf(call: Call, subject: string): EntryLike {
  const { operation, request, response, startedAt, endedAt, failure } = call;
  const took = endedAt === undefined ? 'open' : `in ${Math.max(0, Math.round(endedAt - startedAt))} ms`;
  const what = [operation.name, subject].filter(Boolean).join(' ');
  const query = operation.query === '' ? '' : `?${operation.query}`;
  return {
    at: endedAt ?? startedAt,
    kind: 'api',
    container: undefined,
    stream: failure !== undefined || (response?.status ?? 500) >= 400 ? 'failed' : '',
    text: `${call.peer ?? 'a client'}: ${what} → ${response?.status ?? failure ?? 'no answer yet,'} ${took} · ${request?.method ?? '?'} ${operation.path}${query}`,
  };
}
