import type { HearWire, WireEvent } from '../events.ts';
import type { Side } from '../http/exchange.ts';
import { mediaType, type RequestHead, type ResponseHead } from '../http/head.ts';
import { operationOf } from '../operation.ts';
import { jsonRedactor, omitter, type Redactor } from './body.ts';
import { redactHead } from './head.ts';

interface CallState {
  readonly connection: number;
  readonly operation: string;
  client: Redactor | undefined;
  engine: Redactor | undefined;
}

/**
 * Takes the secrets out of what is heard, before any of it is shown, kept or sent on: registry credentials, passwords, tokens, build
 * arguments, what secrets and configs hold, variables that look secret. BuildKit's sessions carry credentials and build secrets in a
 * form of their own: of them, only the amount is told. What a program prints (attach, exec, logs) and the files of a tar stay as they are.
 */
export function redacted(hear: HearWire): HearWire {
  const calls = new Map<number, CallState>();

  function request(event: WireEvent & { type: 'request' }): WireEvent {
    const head = redactHead(event.head);
    const { name } = operationOf(event.head.method, event.head.target);
    const client = bodyRedactor(event.head, name);
    calls.set(event.call, { connection: event.connection, operation: name, client, engine: undefined });
    return head === event.head ? event : { ...event, head };
  }

  function response(event: WireEvent & { type: 'response' }): WireEvent {
    const head = redactHead(event.head);
    const state = calls.get(event.call);
    if (state) state.engine ??= bodyRedactor(event.head, state.operation);
    return head === event.head ? event : { ...event, head };
  }

  function stream({ call, protocol }: WireEvent & { type: 'stream' }): void {
    const state = calls.get(call);
    if (!state) return;
    const isSession = SESSIONS.has(state.operation) || protocol === 'h2c';
    state.client = isSession ? omitter() : undefined;
    state.engine = isSession ? omitter() : undefined;
  }

  function flush(call: number, from: Side, { connection, time }: WireEvent): void {
    const state = calls.get(call);
    const part = state?.[from]?.end();
    if (state) state[from] = undefined;
    if (part) hear({ ...part, call, from, connection, time });
  }

  return (event) => {
    switch (event.type) {
      case 'request':
        return hear(request(event));
      case 'response':
        return hear(response(event));
      case 'stream':
        stream(event);
        return hear(event);
      case 'data': {
        const redactor = calls.get(event.call)?.[event.from];
        if (!redactor) return hear(event);
        const part = redactor.add(event.data);
        if (part) hear({ ...part, call: event.call, from: event.from, connection: event.connection, time: event.time });
        return;
      }
      case 'end':
        flush(event.call, event.from, event);
        if (event.from === 'engine') calls.delete(event.call);
        return hear(event);
      case 'close':
        for (const [call, state] of calls) {
          if (state.connection !== event.connection) continue;
          flush(call, 'client', event);
          flush(call, 'engine', event);
          calls.delete(call);
        }
        return hear(event);
      default:
        return hear(event);
    }
  };
}

const SESSIONS = new Set(['Session', 'Grpc']);

function bodyRedactor(head: RequestHead | ResponseHead, operation: string): Redactor | undefined {
  const type = mediaType(head.headers);
  return type.includes('json') ? jsonRedactor(operation) : undefined;
}
