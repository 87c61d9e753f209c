import type { ExchangeEvent, Side } from '../http/exchange.ts';

/** What happened on a connection: to itself, or to one of its calls. */
export type ConnectionEvent =
  | { readonly type: 'open' }
  /** who is at the client's end: a process of this host, or an address */
  | { readonly type: 'peer'; readonly peer: string }
  /** the client has finished sending: it half-closes, or it leaves */
  | { readonly type: 'client-end' }
  /** first: which end finished first; error: why, when it did not end by itself */
  | { readonly type: 'close'; readonly first: Side; readonly error: string | undefined }
  /** in place of `data` that is not to be kept: too much of it for a recording, or a secret's carrier */
  | {
      readonly type: 'omitted';
      readonly call: number;
      readonly from: Side;
      readonly bytes: number;
      readonly digest: string;
    }
  | ExchangeEvent;

/** What happened on the wire of a session: connections and calls are counted from 1. */
export type WireEvent = ConnectionEvent & {
  readonly connection: number;
  /** milliseconds since the epoch, with fractions */
  readonly time: number;
};

/** A `close`'s error where an end was closed while the other was still sending (EPIPE, ECONNRESET). */
export const CUT_OFF = 'one end was closed before the other had said all';

export type WireListener = (event: WireEvent) => void;

/** The same event, with where and when it was: it is completed and not copied, for each is new, and there are five in a call. */
export function completed(event: ConnectionEvent, connection: number, time: number): WireEvent {
  const wire = event as { connection?: number; time?: number };
  wire.connection = connection;
  wire.time = time;
  return event as WireEvent;
}
