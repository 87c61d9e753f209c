import { lineReader } from '../../line-reader.ts';
import { escapeLines } from '../../text.ts';
import type { CapturePoint } from '../capture-point.ts';
import type { Recorder } from './recorder.ts';

/**
 * Records tcpdump's own lines, each with a prefix that names its place. They are escaped: tcpdump
 * prints the names of devices as they are, and a container names its own.
 * @param count the capture is over after this many packets. A packet is a line and the lines after
 *   it that begin with a blank (`-v`, `-x`).
 * @param waiting how many of the written bytes wait for their reader
 */
export function textRecorder(
  write: (text: string) => void,
  count: number | undefined,
  prefix: (place: CapturePoint) => string,
  waiting: () => number,
): Recorder {
  let packets = 0;
  let onEvent: Parameters<Recorder['onEnding']>[0] = () => undefined;
  const take = (line: string): boolean => {
    if (line === '') return false; // tcpdump ends its text with an empty line
    if (/^\S/.test(line)) packets++;
    return count === undefined || packets <= count;
  };
  return {
    isLive: true,
    as: 'text',
    begin: (place) => {
      const before = prefix(place);
      let text = '';
      const lines = lineReader((line) => {
        if (take(line)) text += `${before}${escapeLines(line)}\n`;
      });
      const flush = () => {
        if (text !== '') write(text);
        text = '';
      };
      return {
        data: (piece) => {
          lines.add(piece);
          flush();
          if (count !== undefined && packets >= count) onEvent({ kind: 'full' });
        },
        end: () => {
          lines.end();
          flush();
        },
      };
    },
    isBehind: () => waiting() > MOST_WAITING,
    tick: () => undefined,
    onEnding: (listener) => (onEvent = listener),
    written: () => ({ packets, bytes: 0 }),
    finish: async () => undefined,
  };
}

/**
 * How many bytes may wait for the reader. Beyond that tcpdump waits, and the kernel drops and
 * counts what comes. So a pager at rest cannot fill the memory.
 */
const MOST_WAITING = 1e6;
