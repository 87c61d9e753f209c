import { escapeControls } from '../text.ts';

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
  // What JSON leaves as it is and a terminal does not: C1 controls, and what reorders or hides text. The value is the same.
  const invisible = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `${JSON.stringify(value, undefined, 2).replace(invisible, escaped)}\n`;
}
