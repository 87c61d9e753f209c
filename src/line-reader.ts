/** Reads text in pieces, as a stream brings them, line by line. */
export interface LineReader {
  add(piece: Buffer | string): void;
  /** What is left, a line without its end, is told. */
  end(): void;
  /** how many characters of a line have come whose end has not */
  waiting(): number;
}

interface LineOptions {
  /**
   * the most characters that are kept of a line; otherwise all: for what this host's own programs
   * write
   */
  readonly most?: number;
  /** what becomes of a longer one: it is told in parts, or passed over whole */
  readonly longer?: 'parts' | 'passed over';
}

/**
 * Calls back for each line, without its line feed. A character that two pieces share is put
 * together. Who writes without ever ending a line fills no memory where `most` is given.
 */
export function lineReader(
  onEvent: (line: string) => void,
  { most = Infinity, longer = 'parts' }: LineOptions = {},
): LineReader {
  const decoder = new TextDecoder();
  let rest = '';
  let isPassedOver = false;
  const tell = (line: string) => {
    if (!isPassedOver && (longer === 'parts' || line.length <= most)) onEvent(line);
    isPassedOver = false;
  };
  return {
    add: (piece) => {
      const lines = (rest + (typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true }))).split('\n');
      rest = lines.pop()!;
      lines.forEach(tell);
      if (rest.length <= most) return;
      if (longer === 'parts') onEvent(rest);
      else isPassedOver = true;
      rest = '';
    },
    end: () => {
      if (rest !== '') tell(rest);
      rest = '';
    },
    waiting: () => rest.length,
  };
}
