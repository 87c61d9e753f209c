// The rows that come while the page is paused. Nothing here needs a browser.

/** @import { Row } from '../row.ts' */

/**
 * The number of the call that is forgotten first: the oldest that has ended, or where all are open,
 * the oldest of them. `rows` are in the order in which they came. undefined: there is none.
 */
export function firstToGo(/** @type {Iterable<Row>} */ rows) {
  /** @type {number | undefined} */
  let oldest;
  for (const { number, end } of rows) {
    if (end !== null) return number;
    oldest ??= number;
  }
  return oldest;
}

/**
 * Holds rows: of each call the last that came, and of at most `most` calls. That is as many as the
 * list has, so that none is missing in it when the page goes on.
 */
export function hold(
  /** @type {Map<number, Row>} */ held,
  /** @type {readonly Row[]} */ rows,
  /** @type {number} */ most,
) {
  for (const row of rows) held.set(row.number, row);
  while (held.size > most) {
    const oldest = firstToGo(held.values());
    if (oldest === undefined) return;
    held.delete(oldest);
  }
}
