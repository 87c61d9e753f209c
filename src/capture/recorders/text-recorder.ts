import { lineReader } from '../../line-reader.ts';
import { escapeLines } from '../../text.ts';
import type { CapturePoint } from '../capture-point.ts';
import type { Recorder } from './recorder.ts';

/**
 * tcpdump's own lines, each with where it comes from. It prints the names of devices as they are, and a container names its own.
 * @param count packets after which the capture is over. One is a line and those after it that begin with a blank (`-v`, `-x`).
 * @param waiting how much of what was written waits for its reader, in bytes
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
    if (line === '') return false; // with which tcpdump ends
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

/** Then tcpdump waits, and what comes is dropped by the kernel, which counts it: a pager at rest is not to fill the memory. */
const MOST_WAITING = 1e6;
