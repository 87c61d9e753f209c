import type { UsageColumn } from './usage-columns.ts';

/**
 * Rows by a column: figures the largest first, texts from A to Z; reversed the other way round.
 * Rows without a value come last either way. Rows that are equal keep their order.
 */
export function sorted<Row>(rows: readonly Row[], { value }: UsageColumn<Row>, isReversed: boolean): Row[] {
  const known = rows.filter((row) => value(row) !== undefined);
  const direction = isReversed ? -1 : 1;
  const order = known.toSorted((one, other) => direction * compared(value(one)!, value(other)!));
  return [...order, ...rows.filter((row) => value(row) === undefined)];
}

function compared(one: number | string, other: number | string): number {
  if (typeof one === 'number' && typeof other === 'number') return other - one;
  return String(one).localeCompare(String(other), 'en', { numeric: true });
}
