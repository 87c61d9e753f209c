import { lineReader } from '../line-reader.ts';
import { frameReader } from './ways/frames.ts';

/** The query for what a container says from now on, or since a time in ms (GET /containers/{id}/logs). */
export function logQuery(since?: number): Readonly<Record<string, string>> {
  const from = since === undefined ? { tail: '0' } : { since: (since / 1000).toFixed(9) };
  return { follow: 'true', stdout: 'true', stderr: 'true', ...from };
}

/** The query for the last line, by which an engine says whether what a container says can be read at all. */
export const LAST_LINE = { stdout: 'true', stderr: 'true', tail: '1' };

/** A longer line is told in parts: a container can write without ever ending one. */
const MOST_CHARACTERS = 16_384;

/**
 * Reads the stream of logs in pieces as they come, and calls back for each line of stdout and stderr, which are in frames where there
 * is no terminal.
 */
export function logReader(hasTty: boolean, hear: (line: string) => void): (piece: Buffer) => void {
  const streams = new Map<number, (text: Buffer) => void>();
  const readerOf = (stream: number) => {
    const reader =
      streams.get(stream) ?? lineReader((line) => hear(line.replace(/\r$/, '')), { most: MOST_CHARACTERS }).add;
    streams.set(stream, reader);
    return reader;
  };
  if (hasTty) return readerOf(0);
  return frameReader(
    (stream, data) => readerOf(stream)(data),
    (data) => readerOf(0)(data),
  );
}
