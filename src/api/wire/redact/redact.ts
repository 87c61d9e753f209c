import type { WireListener, WireEvent } from '../calls/wire-events.ts';
import type { Side } from '../http/exchange.ts';
import { omitting, secretStage, type BodyPath, type Stage } from './body/body-stage.ts';
import { jsonStage, maybeJsonStage } from './body/json-stage.ts';
import { formStage } from './body/text-stage.ts';
import { safeRequest, safeResponse, type SafeRequest, type Treatment } from './redact-head.ts';
import type { RedactionRule } from './redaction-rule.ts';
import { REDACTED } from './secret-names.ts';
import { redactLoosely } from './redact-text.ts';

interface Redacting {
  readonly request: SafeRequest | undefined;
  client: Stage | undefined;
  engine: Stage | undefined;
  hasClientEnded: boolean;
  hasEngineEnded: boolean;
}

/**
 * A stage between the proxy and all that shows or stores what it tells: secrets become `[redacted]`
 * before that. Events come out in their order, for each call and direction. Those of a JSON body
 * come when a value of it is whole.
 * - Redacted is what docs/api-secrets.md lists: logins, what swarm's secrets hold, and what is a
 *   secret by its name, by the program that is told it, or by its looks.
 * - Omitted is what BuildKit sends over HTTP/2.
 * - NOT redacted are what a container's program reads and prints (attach, exec, logs), and archives
 *   (a build's context, copies, images): what is secret in them could not be told.
 */
export function redacted(onEvent: WireListener): WireListener {
  const connections = new Map<number, Map<number, Redacting>>();

  const callOf = ({ connection, call }: { connection: number; call: number }, request?: SafeRequest): Redacting => {
    let open = connections.get(connection);
    if (!open) connections.set(connection, (open = new Map()));
    let redacting = open.get(call);
    if (!redacting) {
      redacting = { request, client: undefined, engine: undefined, hasClientEnded: false, hasEngineEnded: false };
      open.set(call, redacting);
    }
    return redacting;
  };

  return (event) => {
    // Most calls hold nothing that is looked into, beyond their heads.
    if (connections.size === 0 && (event.type === 'data' || event.type === 'end')) return onEvent(event);
    switch (event.type) {
      case 'request': {
        const safe = safeRequest(event.head);
        if (!safe.isHarmless) callOf(event, safe).client = stage(safe.body, way(event, 'client'), safe.sent, onEvent);
        return onEvent(safe.head === event.head ? event : { ...event, head: safe.head });
      }
      case 'response': {
        const safe = safeResponse(event.head);
        const isKept = connections.get(event.connection)?.has(event.call) === true;
        if (safe.body === 'pass' && !isKept) {
          return onEvent(safe.head === event.head ? event : { ...event, head: safe.head });
        }
        const to = callOf(event);
        // A request that was harmless was not remembered, nor was its end: it counts as ended.
        if (!isKept) to.hasClientEnded = true;
        to.engine?.flush(event.time);
        to.engine = stage(safe.body, way(event, 'engine'), to.request?.received ?? 'plain', onEvent);
        return onEvent(safe.head === event.head ? event : { ...event, head: safe.head });
      }
      case 'data': {
        const at = connections.get(event.connection)?.get(event.call)?.[event.from];
        return at ? at.data(event) : onEvent(event);
      }
      case 'stream': {
        const to = callOf(event);
        flush(to, event.time);
        const isSecret = to.request?.isSecretStream === true || event.protocol.startsWith('h2');
        to.client = isSecret ? omitting(way(event, 'client'), onEvent) : undefined;
        to.engine = isSecret ? omitting(way(event, 'engine'), onEvent) : undefined;
        to.hasClientEnded = false;
        return onEvent(event);
      }
      case 'end': {
        const open = connections.get(event.connection);
        const to = open?.get(event.call);
        if (to) {
          to[event.from]?.flush(event.time);
          if (event.from === 'client') to.hasClientEnded = true;
          else to.hasEngineEnded = true;
          if (to.hasClientEnded && to.hasEngineEnded) open!.delete(event.call);
        }
        return onEvent(event);
      }
      case 'unread':
        connections.get(event.connection)?.get(event.call)?.[event.from]?.flush(event.time);
        return onEvent({ ...event, reason: redactReason(event.reason) });
      case 'close':
        for (const each of connections.get(event.connection)?.values() ?? []) flush(each, event.time);
        connections.delete(event.connection);
        // The error may quote what the engine said in place of an answer.
        return onEvent(event.error === undefined ? event : { ...event, error: redactReason(event.error) });
      default:
        return onEvent(event);
    }
  };
}

type CallEvent = Extract<WireEvent, { call: number }>;

const way = ({ connection, call }: CallEvent, from: Side): BodyPath => ({ connection, call, from });

function flush({ client, engine }: Redacting, time: number): void {
  client?.flush(time);
  engine?.flush(time);
}

function stage(treatment: Treatment, at: BodyPath, rule: RedactionRule, onEvent: WireListener): Stage | undefined {
  if (treatment === 'json') return jsonStage(at, rule, onEvent);
  if (treatment === 'maybe json') return maybeJsonStage(at, rule, onEvent);
  if (treatment === 'form') return formStage(at, onEvent);
  if (treatment === 'secret') return secretStage(at, onEvent);
  return treatment === 'omit' ? omitting(at, onEvent) : undefined;
}

/**
 * Redacts why something could not be read. The reason may quote the line that could not be read, as
 * the first one of a request or a header.
 */
function redactReason(reason: string): string {
  return redactLoosely(reason)
    .replace(/^(no (?:header|HTTP \w+): "\S*) [^]*/, `$1 ${REDACTED}"`)
    .replace(/(\?|authorization|cookie|x-registry-\w+)[^]*/i, `$1 ${REDACTED}"`);
}
