import type { Context } from '../context.ts';
import { escapeControls, printableJson } from '../text.ts';

/**
 * A table as docker prints it: aligned columns with two blanks in between. Cells are escaped, and
 * an empty one is a dash.
 */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, ...rows].map((row) => row.map((cell) => escapeControls(cell) || '-'));
  const widths = header.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** How a table is shown. Empty when the output is no terminal. */
export interface TableLook {
  /** in columns of the terminal */
  readonly width?: number | undefined;
  readonly isColoured?: boolean;
}

/** How the terminal is to be written to, if it is one (no-color.org). */
export function lookOf({ stdout, env }: Pick<Context, 'stdout' | 'env'>): TableLook {
  return stdout.isTTY ? { width: stdout.columns?.(), isColoured: !env['NO_COLOR'] && env['TERM'] !== 'dumb' } : {};
}

/** Red, for what a person should look at. The text has to be escaped already. */
export const red = (text: string, { isColoured }: TableLook) => (isColoured ? `\u001b[31m${text}\u001b[0m` : text);

/**
 * A table as `table` makes it, but no wider than the terminal if that is possible: the columns in
 * `lesser` are left out, the first of them first, until the table fits.
 */
export function fittingTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { width = Infinity }: TableLook,
  lesser: readonly string[],
): string {
  const text = table(header, rows);
  const [first, ...others] = lesser;
  if (first === undefined || text.split('\n').every((line) => line.length <= width)) return text;
  const at = header.indexOf(first);
  const without = (cells: readonly string[]) => cells.filter((_, column) => column !== at);
  return fittingTable(without(header), at < 0 ? rows : rows.map(without), { width }, others);
}

/** JSON as every `--json` prints it: one value, indented, for people to read and for diffs. */
export function json(value: unknown): string {
  return `${printableJson(value, 2)}\n`;
}
