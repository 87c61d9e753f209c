import type { Context } from '../context.ts';
import { escapeControls, printableJson } from '../text.ts';

/** Columns aligned with two blanks between them, as docker prints tables; an empty cell is a dash. */
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

/** How a table is shown. Nothing of it where the output is no terminal. */
export interface TableLook {
  /** in columns of the terminal */
  readonly width?: number | undefined;
  readonly isColoured?: boolean;
}

/** How the terminal is to be written to, if it is one (no-color.org). */
export function lookOf({ stdout, env }: Pick<Context, 'stdout' | 'env'>): TableLook {
  return stdout.isTTY ? { width: stdout.columns?.(), isColoured: !env['NO_COLOR'] && env['TERM'] !== 'dumb' } : {};
}

/** Red, for what is to be looked at; the text is escaped already. */
export const red = (text: string, { isColoured }: TableLook) => (isColoured ? `\u001b[31m${text}\u001b[0m` : text);

/**
 * The same as `table`, without those columns that are of less use than the others, the first of
 * them first, as far as it would be wider than the terminal.
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

/** JSON as every `--json` prints it: one value, indented, so that it can be read and diffed. */
export function json(value: unknown): string {
  return `${printableJson(value, 2)}\n`;
}
