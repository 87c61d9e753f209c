import { StringDecoder } from 'node:string_decoder';
import type { LogMessage } from '../engine/following/log-messages.ts';

/** A whole line of a log, or a part of a very long one. */
export interface AssembledLine {
  readonly stream: 'stdout' | 'stderr';
  readonly at: number;
  /** without its line feed */
  readonly text: string;
  /** the line goes on in the next one of this stream */
  readonly isPart: boolean;
}

export interface LineAssembly {
  add(message: LogMessage): void;
  /** Tells what has no line feed yet: nothing more comes. */
  end(): void;
  /** Called every second or so; tells what has not grown since the last call, as a part. */
  tick(): void;
}

/** An engine keeps a longer line in several messages. So much of one is put together. */
export const MOST_LINE = 1_048_576;

interface Unfinished {
  readonly decoder: StringDecoder;
  readonly parts: string[];
  length: number;
  readonly at: number;
  isOld: boolean;
}

/**
 * Puts the messages of one log together to lines. A line that is longer than MOST_LINE comes in
 * parts, so that a container that never ends its line fills no memory.
 */
export function lineAssembly(onLine: (line: AssembledLine) => void): LineAssembly {
  const unfinished = new Map<LogMessage['stream'], Unfinished>();

  const tell = (stream: LogMessage['stream'], { decoder, parts, at }: Unfinished, isPart: boolean) => {
    onLine({ stream, at, text: withoutEnd(parts.join('') + (isPart ? '' : decoder.end())), isPart });
    if (isPart) unfinished.set(stream, { decoder, parts: [], length: 0, at, isOld: false });
    else unfinished.delete(stream);
  };
  return {
    add: ({ stream, at, data }) => {
      const isWhole = data[data.length - 1] === LINE_FEED;
      const begun = unfinished.get(stream);
      if (isWhole && begun === undefined) {
        return onLine({ stream, at, text: withoutEnd(data.toString('utf8')), isPart: false });
      }
      const line = begun ?? { decoder: new StringDecoder('utf8'), parts: [], length: 0, at, isOld: false };
      const part = line.decoder.write(data);
      line.parts.push(part);
      line.length += part.length;
      line.isOld = false;
      unfinished.set(stream, line);
      if (isWhole) tell(stream, line, false);
      else if (line.length >= MOST_LINE) tell(stream, line, true);
    },
    end: () => {
      for (const [stream, line] of unfinished) {
        if (line.length > 0) tell(stream, line, false);
        else unfinished.delete(stream);
      }
    },
    tick: () => {
      for (const [stream, line] of unfinished) {
        if (line.isOld && line.length > 0) tell(stream, line, true);
        line.isOld = true;
      }
    },
  };
}

const LINE_FEED = 0x0a;
const withoutEnd = (line: string) => line.replace(/\r?\n$/, '');
