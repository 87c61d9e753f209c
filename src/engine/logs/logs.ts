import { lineReader, type LineReader } from '../../line-reader.ts';
import { frameReader, type StreamNumber } from '../ways/frames.ts';

/** A line that a container wrote. What has a terminal has no stderr of its own. */
export interface LogLine {
  /** 'engine': the engine's own word, that it cannot read on (frame 3 of "Stream format"). */
  readonly stream: 'stdout' | 'stderr' | 'engine';
  readonly text: string;
}

export const logsPath = (id: string) => `/containers/${encodeURIComponent(id)}/logs`;

/**
 * The query of GET /containers/{id}/logs for what a container writes from now on, or since a time
 * in ms since the epoch.
 */
export function logQuery(since?: number): Readonly<Record<string, string>> {
  const from = since === undefined ? { tail: '0' } : { since: (since / 1000).toFixed(9) };
  return { follow: 'true', stdout: 'true', stderr: 'true', ...from };
}

/**
 * The query for the last line of a log. By its answer an engine says whether it can read the log at
 * all.
 */
export const LAST_LINE = { stdout: 'true', stderr: 'true', tail: '1' };

/**
 * The query for the last lines. Each line is one entry of the log, and an entry holds at most 16 kB
 * of a line.
 */
export const lastLines = (most: number): Readonly<Record<string, string>> => ({ ...LAST_LINE, tail: String(most) });

/** The lines of a whole answer, the last one also when no line feed ends it. */
export function logLines(hasTty: boolean, body: Buffer): string[] {
  const lines: string[] = [];
  const { add, end } = linesOf(hasTty, ({ text }) => lines.push(text));
  add(body);
  end();
  return lines;
}

/** A longer line is given in parts: a container can write without ever ending a line. */
const MOST_CHARACTERS = 16_384;

/**
 * Reads the stream of logs in pieces as they come, and calls back for each line of stdout and
 * stderr. Without a terminal the stream is made of frames (ways/frames.ts).
 */
export const logReader = (hasTty: boolean, onEvent: (line: LogLine) => void): ((piece: Buffer) => void) =>
  linesOf(hasTty, onEvent).add;

function linesOf(hasTty: boolean, onEvent: (line: LogLine) => void) {
  const streams = new Map<StreamNumber, LineReader>();
  const readerOf = (number: StreamNumber) => {
    const stream = STREAMS[number];
    const tell = (line: string) => onEvent({ stream, text: line.replace(/\r$/, '') });
    const reader = streams.get(number) ?? lineReader(tell, { most: MOST_CHARACTERS });
    streams.set(number, reader);
    return reader;
  };
  const end = () => streams.forEach((reader) => reader.end());
  if (hasTty) return { add: (piece: Buffer) => readerOf(0).add(piece), end };
  const add = frameReader(
    (stream, data) => readerOf(stream).add(data),
    (data) => readerOf(0).add(data),
  );
  return { add, end };
}

const STREAMS = { 0: 'stdout', 1: 'stdout', 2: 'stderr', 3: 'engine' } as const;
