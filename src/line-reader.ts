/** Reads text line by line, in the pieces that a stream brings. */
export interface LineReader {
  add(piece: Buffer | string): void;
  /** Tells what is left: a last line without a line feed. */
  end(): void;
  /** the number of characters that have come of a line that has not ended yet */
  waiting(): number;
}

interface LineOptions {
  /**
   * the most characters that are kept of a line; left out: no limit, for the output of this host's
   * own programs
   */
  readonly most?: number;
  /** what becomes of a longer line: it is told in parts, or not at all */
  readonly longer?: 'parts' | 'passed over';
}

/**
 * Calls back for each line, without its line feed. A character whose bytes are in two pieces is put
 * together. With `most`, a writer that never ends a line fills no memory.
 */
export function lineReader(
  onEvent: (line: string) => void,
  { most = Infinity, longer = 'parts' }: LineOptions = {},
): LineReader {
  const decoder = new TextDecoder();
  let rest = '';
  let isPassedOver = false;
  const tell = (line: string) => {
    if (longer === 'parts') onEvent(withoutFullParts(line));
    else if (!isPassedOver && line.length <= most) onEvent(line);
    isPassedOver = false;
  };
  /** Tells the parts of a line that have all characters they may have, and gives what is left. */
  const withoutFullParts = (line: string): string => {
    let from = 0;
    while (line.length - from > most) {
      const isInPair = most > 1 && /[\ud800-\udbff]/.test(line[from + most - 1]!);
      const to = from + most - (isInPair ? 1 : 0);
      onEvent(line.slice(from, to));
      from = to;
    }
    return line.slice(from);
  };
  return {
    add: (piece) => {
      const lines = (rest + (typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true }))).split('\n');
      rest = lines.pop()!;
      lines.forEach(tell);
      if (longer === 'parts') {
        rest = withoutFullParts(rest);
      } else if (rest.length > most) {
        isPassedOver = true;
        rest = '';
      }
    },
    end: () => {
      if (rest !== '') tell(rest);
      rest = '';
    },
    waiting: () => rest.length,
  };
}
