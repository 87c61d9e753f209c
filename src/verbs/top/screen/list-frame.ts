import { printable } from '../../../ui/columns.ts';
import { red, type TableLook } from '../../../ui/table.ts';
import { GAP, shownColumns, widthOf } from '../shown-columns.ts';
import { sorted } from '../sorted.ts';
import type { UsageColumn } from '../usage-columns.ts';
import { chosenAt, type ListState, type Shown } from './list-state.ts';

interface List<Row> {
  readonly rows: readonly Row[];
  readonly columns: readonly UsageColumn<Row>[];
  readonly importance: readonly string[];
  readonly alarming: ReadonlySet<string>;
  key(row: Row): string;
  /** what the filter looks at */
  words(row: Row): string;
}

interface Place {
  readonly now: number;
  readonly width: number;
  /** how many lines there are, the header among them */
  readonly height: number;
  readonly look: TableLook;
}

/**
 * The lines of a list, its header first, and what they show. The chosen row is in reverse video.
 */
export function listFrame<Row>(
  state: ListState,
  { rows, columns: all, importance, alarming, key, words }: List<Row>,
  { now, width, height, look }: Place,
): { readonly lines: readonly string[]; readonly shown: Shown } {
  const wanted = state.filter.toLowerCase();
  const found = rows.filter((row) => words(row).toLowerCase().includes(wanted));
  const escaped = all.map(escapedColumn);
  const order = sorted(found, escaped.find(({ name }) => name === state.sort) ?? escaped[0]!, state.isReversed);
  const keys = order.map(key);
  const page = Math.max(1, height - 1);
  const at = chosenAt(state, keys);
  const first = Math.max(0, Math.min(at - Math.floor(page / 2), order.length - page));
  const visible = order.slice(first, first + page);
  const columns = shownColumns(escaped, visible, { now, width, alarming, importance });
  const widths = fitted(columns, visible, now, width);
  const header = columns.map(({ header: text, name, isText }, place) => ({
    text: placed(text, widths[place]!, isText),
    mark: name !== state.sort ? ' ' : state.isReversed ? '^' : 'v',
  }));
  const lines = visible.map((row, index) => {
    const cells = columns.map((column, place) => {
      const text = placed(column.text(row, now), widths[place]!, column.isText);
      const isRed = column.isAlarming?.(row) === true;
      // Without colours, an exclamation mark tells what red would.
      return { text: isRed ? red(text, look) : text, mark: isRed && !look.isColoured ? '!' : ' ' };
    });
    return first + index === at ? reverse(lineOf(cells)) : lineOf(cells);
  });
  return {
    lines: [bold(lineOf(header)), ...lines],
    shown: { keys, columns: columns.map(({ name }) => name), page },
  };
}

/** Text comes from outside. What is drawn with other characters is dbg's own. */
const escapedColumn = <Row>(column: UsageColumn<Row>): UsageColumn<Row> =>
  column.isText ? { ...column, text: (row, now) => printable(column.text(row, now)) } : column;

/** Their widths: the column of text gets what the figures leave, and no more than it needs. */
function fitted<Row>(columns: readonly UsageColumn<Row>[], rows: readonly Row[], now: number, width: number): number[] {
  const widths = columns.map((column) => widthOf(column, rows, now));
  const text = columns.findIndex(({ isText }) => isText);
  const others = widths.reduce((sum, each, at) => (at === text ? sum : sum + each + GAP), 1);
  return widths.map((each, at) => (at === text ? Math.max(1, Math.min(each, width - others)) : each));
}

function placed(text: string, width: number, isText = false): string {
  const cut = text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}~`;
  return isText ? cut.padEnd(width) : cut.padStart(width);
}

/** The mark of a cell stands behind it, in the gap. */
const lineOf = (cells: readonly { readonly text: string; readonly mark: string }[]) =>
  cells.map(({ text, mark }) => `${text}${mark}`).join(' '.repeat(GAP - 1));

/**
 * The codes of console_codes(4). What is red in a line ends with the code that ends all of them.
 */
const [BOLD, REVERSE, PLAIN] = ['\u001b[1m', '\u001b[7m', '\u001b[0m'];
export const bold = (text: string) => `${BOLD}${text}${PLAIN}`;
const reverse = (text: string) => `${REVERSE}${text.replaceAll(PLAIN, PLAIN + REVERSE)}${PLAIN}`;
