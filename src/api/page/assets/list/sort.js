// In which order the list shows the calls. Nothing here needs a browser.

/** @import { Row } from '../../row.ts' */

/** @type {Readonly<Record<string, (row: Row) => string | number>>} */
const KEYS = {
  time: (row) => row.number,
  peer: (row) => row.peer,
  operation: (row) => row.operation,
  subject: (row) => row.subject,
  status: (row) => row.status ?? 0,
  // An open call counts as longer than any that has ended.
  duration: (row) => (row.end === null ? Infinity : row.end - row.start),
  up: (row) => row.up,
  down: (row) => row.down,
  path: (row) => `${row.path} ${row.method}`,
};

/** @typedef {{ readonly column: string, readonly descending: boolean }} Order */

/** By time, the oldest first: as the calls come. @type {Order} */
export const AS_THEY_COME = { column: 'time', descending: false };

/**
 * The order after a click on a column's head: ascending, descending, then as they come.
 * @param {Order} order
 * @param {string} column
 * @returns {Order}
 */
export function nextOrder(order, column) {
  if (order.column !== column) return { column, descending: false };
  return order.descending ? AS_THEY_COME : { column, descending: true };
}

/**
 * Gives rows in an order. Rows that are equal in it stay as they came.
 * @param {readonly Row[]} rows
 * @param {Order} order
 */
export function sorted(rows, { column, descending }) {
  const key = KEYS[column] ?? KEYS['time'];
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [x, y] = [key?.(a) ?? 0, key?.(b) ?? 0];
    return (x < y ? -sign : x > y ? sign : 0) || a.number - b.number;
  });
}
