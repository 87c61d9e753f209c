import type { Side } from './http/exchange.ts';

/**
 * What crosses a connection, or happens to it:
 * - `client`, `engine`: a piece of bytes that this side has sent
 * - `clientEnd`, `engineEnd`: this side has finished sending
 * - `open`: the connection was opened
 * - `peer`: who the client is, as text; empty where that cannot be told
 * - `close`: the connection is over; its bytes are a `Closing` as JSON
 */
export const CROSSINGS = ['client', 'engine', 'clientEnd', 'engineEnd', 'open', 'peer', 'close'] as const;
export type Crossing = (typeof CROSSINGS)[number];

/**
 * `first`: the side that ended first. `error`: why the connection ended, when it did not end by
 * itself.
 */
export interface Closing {
  readonly first: Side;
  readonly error?: string | undefined;
}

/**
 * Hears what crosses. `connection` is counted from 1. `time`: ms since the epoch, with fractions.
 */
export type CrossingListener = (what: Crossing, connection: number, time: number, bytes: Buffer) => void;
