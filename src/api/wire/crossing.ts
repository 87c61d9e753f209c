import type { Side } from './http/exchange.ts';

/**
 * What crosses a connection, or happens to it: a piece of its bytes, the end of what one side sends; that it was opened; who its peer
 * is (the text, empty where that cannot be told); that it is over (a `Closing` as JSON).
 */
export const CROSSINGS = ['client', 'engine', 'clientEnd', 'engineEnd', 'open', 'peer', 'close'] as const;
export type Crossing = (typeof CROSSINGS)[number];

/** first: the side that ended first; error: why, when it did not end by itself */
export interface Closing {
  readonly first: Side;
  readonly error?: string | undefined;
}

/** Hears what crosses. Connections are counted from 1; time: milliseconds since the epoch, with fractions. */
export type CrossingListener = (what: Crossing, connection: number, time: number, bytes: Buffer) => void;
