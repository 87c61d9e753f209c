import type { UsageColumn } from './usage-columns.ts';

interface Room {
  readonly now: number;
  /** in columns of the terminal */
  readonly width: number;
  /** the names of the columns in which something was alarming: they are shown before most others */
  readonly alarming: ReadonlySet<string>;
  /** the names of all columns, the most important first; left out: their own order */
  readonly importance?: readonly string[];
}

export const GAP = 2;

/** The place of a column in which something is alarming: behind the four most important ones. */
const AFTER_THE_FIRST = 3.5;

/**
 * The columns for which there is room, in their own order; the most important one in any case. Text
 * can be cut, so a long one needs no more than a quarter of the width.
 */
export function shownColumns<Row>(
  columns: readonly UsageColumn<Row>[],
  rows: readonly Row[],
  { now, width, alarming, importance = columns.map(({ name }) => name) }: Room,
): UsageColumn<Row>[] {
  const rank = (name: string) => Math.min(importance.indexOf(name), alarming.has(name) ? AFTER_THE_FIRST : Infinity);
  const need = (column: UsageColumn<Row>) => {
    const whole = widthOf(column, rows, now);
    return column.isText ? Math.min(whole, Math.max(column.width, Math.floor(width / 4))) : whole;
  };
  const [first, ...others] = columns.toSorted((one, other) => rank(one.name) - rank(other.name));
  // One character is left for a mark behind the last column.
  let left = width - 1 - (first ? need(first) : 0);
  const shown = new Set(first ? [first] : []);
  for (const column of others) {
    left -= need(column) + GAP;
    if (left < 0) break;
    shown.add(column);
  }
  return columns.filter((column) => shown.has(column));
}

/** As wide as its header, its least width and its cells need. */
export const widthOf = <Row>({ header, width, text }: UsageColumn<Row>, rows: readonly Row[], now: number): number =>
  rows.reduce((most, row) => Math.max(most, text(row, now).length), Math.max(header.length, width));
