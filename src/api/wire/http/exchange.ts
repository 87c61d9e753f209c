import { NO_BODY, requestFraming, responseFraming, type Framing } from './framing.ts';
import {
  header,
  mediaType,
  NotHttp,
  parseRequestHead,
  parseResponseHead,
  perObject,
  type RequestHead,
  type ResponseHead,
} from './http-head.ts';
import { messageReader } from './message.ts';

export type Side = 'client' | 'engine';

/**
 * What happened on a connection, call by call. A call is a request and its answer. The calls of one
 * connection come one after another.
 */
export type ExchangeEvent =
  | { readonly type: 'request'; readonly call: number; readonly head: RequestHead }
  /** the head of an answer; after a status below 200 that is not 101, another head follows */
  | { readonly type: 'response'; readonly call: number; readonly head: ResponseHead }
  /**
   * bytes of the request's or the answer's body, without its framing; after a `stream`, bytes that
   * are sent in that direction
   */
  | { readonly type: 'data'; readonly call: number; readonly from: Side; readonly data: Buffer }
  /** the body, or that direction of the stream, has ended */
  | { readonly type: 'end'; readonly call: number; readonly from: Side }
  /**
   * From here on, the call is two streams of bytes. protocol: "tcp", "h2c" …, or "raw" when the
   * connection was not upgraded.
   */
  | { readonly type: 'stream'; readonly call: number; readonly protocol: string }
  /**
   * What comes from this side is no HTTP, or its end cannot be told: dbg reads no more of it,
   * though the traffic goes on.
   */
  | { readonly type: 'unread'; readonly call: number; readonly from: Side; readonly reason: string };

/**
 * Reads one connection from both its ends. It must be given the pieces in the order in which they
 * crossed. It holds nothing back and changes nothing.
 */
export interface Exchange {
  client(piece: Buffer): void;
  engine(piece: Buffer): void;
  clientEnd(): void;
  engineEnd(): void;
}

interface Pending {
  readonly call: number;
  readonly method: string;
  /** whether the client may go on with a stream, if the answer allows it */
  readonly mayStream: boolean;
}

/** Gives the reader of one connection. `nextCall` gives the number of a new call. */
export function readExchange(nextCall: () => number, onEvent: (event: ExchangeEvent) => void): Exchange {
  /** calls whose answer has not ended, the oldest first */
  const pending: Pending[] = [];
  let asking: Pending = { call: 0, method: '', mayStream: false };
  let answer: { framing: Framing; isInterim: boolean } = { framing: NO_BODY, isInterim: false };
  let streaming: number | undefined;
  let hasClientEnded = false;

  const ask = (method: string, mayStream: boolean) => {
    asking = { call: nextCall(), method, mayStream };
    pending.push(asking);
    return asking.call;
  };

  const requests = messageReader(parseRequestHead, {
    head: (head) => {
      const framing = requestFraming(head);
      const call = ask(head.method, mayBecomeStream(head));
      onEvent({ type: 'request', call, head });
      // This is HTTP/2 from the first byte on (RFC 9113, section 3.4). BuildKit's client speaks so
      // with newer engines.
      if (head.method !== 'PRI') return framing;
      streaming = call;
      onEvent({ type: 'stream', call, protocol: 'h2c' });
      return { kind: 'stream' };
    },
    data: (data) => onEvent({ type: 'data', call: asking.call, from: 'client', data }),
    end: () => {
      onEvent({ type: 'end', call: asking.call, from: 'client' });
      if (streaming === asking.call) return 'stream';
      return asking.mayStream && pending.includes(asking) ? 'wait' : 'message';
    },
    broken: (reason) => {
      if (reason === '') return;
      // This counts as a call, because the engine will answer it, with 400.
      const call = ask('', false);
      onEvent({ type: 'unread', call, from: 'client', reason });
    },
  });

  const answers = messageReader(parseResponseHead, {
    head: (head) => {
      const to = pending[0];
      if (!to) throw new NotHttp('an answer to no request');
      answer = { framing: responseFraming(head, to.method), isInterim: head.status < 200 && head.status !== 101 };
      onEvent({ type: 'response', call: to.call, head });
      if (answer.framing.kind === 'stream' || (to.mayStream && isHijacked(head, answer.framing))) {
        answer = { framing: { kind: 'stream' }, isInterim: false };
        streaming = to.call;
        const upgrade = head.status === 101 ? (header(head.headers, 'upgrade') ?? 'unknown') : 'raw';
        onEvent({ type: 'stream', call: to.call, protocol: upgrade.toLowerCase() });
        requests.go('stream');
        if (hasClientEnded) onEvent({ type: 'end', call: to.call, from: 'client' });
      }
      return answer.framing;
    },
    data: (data) => onEvent({ type: 'data', call: pending[0]!.call, from: 'engine', data }),
    end: () => {
      if (answer.isInterim) return 'message';
      const to = pending.shift()!;
      onEvent({ type: 'end', call: to.call, from: 'engine' });
      if (to === asking) requests.go('message');
      return 'message';
    },
    broken: (reason) => {
      if (reason !== '') onEvent({ type: 'unread', call: pending[0]?.call ?? nextCall(), from: 'engine', reason });
    },
  });

  return {
    client: (piece) => requests.push(piece),
    engine: (piece) => {
      if (streaming === undefined) answers.push(piece);
      else onEvent({ type: 'data', call: streaming, from: 'engine', data: piece });
    },
    clientEnd: () => {
      hasClientEnded = true;
      requests.end();
      if (streaming !== undefined) onEvent({ type: 'end', call: streaming, from: 'client' });
    },
    engineEnd: () => {
      if (streaming === undefined) answers.end();
      else onEvent({ type: 'end', call: streaming, from: 'engine' });
    },
  };
}

/**
 * Whether a client asks for a stream. It does so in one of two ways (Engine API, "Hijacking"):
 * - by an Upgrade header;
 * - without one, by a request to attach or to start an exec, after which it sends the stream's
 *   bytes. docker did that before 1.20, and its API still allows it.
 */
export const mayBecomeStream = perObject(({ method, target, headers }: RequestHead): boolean => {
  if (header(headers, 'upgrade') !== undefined) return true;
  return method === 'POST' && /\/(?:containers\/[^/?]+\/attach|exec\/[^/?]+\/start)(?:\?|$)/.test(target);
});

/**
 * Whether an answer begins a raw stream: its status is 200, its type is a stream of docker's, and
 * its body ends with the connection. Any other answer to such a request is an ordinary one.
 */
export function isHijacked(head: ResponseHead, { kind }: Framing): boolean {
  return (
    head.status === 200 && kind === 'close' && /^application\/vnd\.docker\..*stream$/.test(mediaType(head.headers))
  );
}
