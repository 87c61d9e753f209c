import type { ExchangeEvent, Side } from '../http/exchange.ts';

/** What happened to a connection, or to one of its calls. */
export type ConnectionEvent =
  | { readonly type: 'open' }
  /** who the client is: a process of this host, or an address */
  | { readonly type: 'peer'; readonly peer: string }
  /** the client has finished sending: it half-closes, or it is gone */
  | { readonly type: 'client-end' }
  /** `first`: which side finished first. `error`: why the connection ended, when not by itself. */
  | { readonly type: 'close'; readonly first: Side; readonly error: string | undefined }
  /** in place of `data` that is not kept: it is too much for a recording, or may carry a secret */
  | {
      readonly type: 'omitted';
      readonly call: number;
      readonly from: Side;
      readonly bytes: number;
      readonly digest: string;
    }
  | ExchangeEvent;

/** What happened on the wire of a session. Connections and calls are counted from 1. */
export type WireEvent = ConnectionEvent & {
  readonly connection: number;
  /** milliseconds since the epoch, with fractions */
  readonly time: number;
};

/**
 * The error of a `close` where one end was closed while the other was still sending (EPIPE,
 * ECONNRESET).
 */
export const CUT_OFF = 'one end was closed before the other had said all';

export type WireListener = (event: WireEvent) => void;

/**
 * Adds to an event its connection and time. The event itself is changed, not copied: each event is
 * new, and a call has five of them.
 */
export function completed(event: ConnectionEvent, connection: number, time: number): WireEvent {
  const wire = event as { connection?: number; time?: number };
  wire.connection = connection;
  wire.time = time;
  return event as WireEvent;
}
