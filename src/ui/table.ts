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

/** JSON as every `--json` prints it: one value, indented, so that it can be read and diffed. */
export function json(value: unknown): string {
  return `${printableJson(value, 2)}\n`;
}
