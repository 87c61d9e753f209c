/**
 * Lines of cells side by side, escaped, in columns that are as wide as their widest cell, with two
 * blanks in between. No line is wider than `width`. The first column is what a person looks for.
 * Where there is little room, the others are cut before it, and the last ones are left out. An
 * empty column takes no room.
 */
export function columns(rows: readonly (readonly string[])[], width: number): string[] {
  const cells = rows.map((row) => row.map(printable));
  const natural = (cells[0] ?? []).map((_, at) => Math.max(...cells.map((row) => (row[at] ?? '').length)));
  const filled = natural.flatMap((most, at) => (most > 0 ? [at] : []));
  const widths = fitted(
    filled.map((at) => natural[at]!),
    Math.max(1, width),
  );
  return cells.map((row) =>
    widths
      .map((most, at) => cut(row[filled[at]!] ?? '', most).padEnd(most))
      .join(GAP)
      .trimEnd(),
  );
}

const GAP = '  ';
const LEAST = 8;

/**
 * The widths of the first column and of as many others as fit beside it. The widest one is cut
 * first, and none below LEAST.
 */
function fitted([first = 0, ...others]: readonly number[], width: number): number[] {
  const firstCut = Math.min(first, others.length > 0 ? Math.floor((width * 2) / 3) : width);
  const room = width - firstCut - GAP.length * others.length;
  const widths = [...others];
  const sum = () => widths.reduce((total, each) => total + each, 0);
  while (sum() > room && Math.max(...widths) > LEAST) widths[widths.lastIndexOf(Math.max(...widths))]!--;
  return sum() <= room ? [firstCut, ...widths] : fitted([first, ...others.slice(0, -1)], width);
}

const cut = (text: string, width: number) => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

/**
 * Escapes everything but printable ASCII: what moves the cursor, what is hidden, and what is two
 * columns wide or none. So one character is one column. An engine's names, images and states have
 * nothing else.
 */
export function printable(text: string): string {
  return text.replace(/[^\u0020-\u007e]/gu, (char) => {
    const code = char.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
  });
}
