import { StringDecoder } from 'node:string_decoder';
import type { Context, Output } from '../../context.ts';
import type { LogMessage } from '../../engine/following/log-messages.ts';
import { escapeLines } from '../../text.ts';
import { ReaderLeft, resultWriter } from './result-writer.ts';

/** Copies messages of a log to stdout and stderr. */
export interface MessageWriter {
  message(message: LogMessage): void;
  /** Backpressure: resolves when more may come. undefined when it may come at once. */
  drained(): Promise<void> | undefined;
  /** Resolves when all is written. */
  flushed(): Promise<void>;
}

/** So much may wait to be written. */
const MOST_WAITING = 1 << 20;

/**
 * Copies the bytes as they are, in the order in which they come; to a terminal without what would
 * control it. `failed`: called once when nothing can be written any more.
 */
export function messageWriter(
  ctx: Pick<Context, 'stdout' | 'stderr'>,
  withTimes: boolean,
  failed: (error: unknown) => void,
): MessageWriter {
  const left = () => failed(new ReaderLeft());
  const outputs = { stdout: outputOf(ctx.stdout, left), stderr: outputOf(ctx.stderr, left) };
  let waiting: { readonly stream: LogMessage['stream']; readonly parts: Buffer[] }[] = [];
  let bytes = 0;
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    // What comes in the same turn is written together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const now = waiting;
      waiting = [];
      bytes = 0;
      for (const { stream, parts } of now) await outputs[stream](parts);
    }
    writing = undefined;
  }
  return {
    message: ({ stream, time, data }) => {
      const last = waiting.at(-1);
      const parts = last?.stream === stream ? last.parts : [];
      if (parts !== last?.parts) waiting.push({ stream, parts });
      if (withTimes) parts.push(Buffer.from(`${time} `));
      parts.push(data);
      bytes += data.length;
      if (writing === undefined) {
        writing = write();
        writing.catch(failed);
      }
    },
    drained: () => (bytes > MOST_WAITING ? writing : undefined),
    flushed: async () => writing,
  };
}

function outputOf(output: Output, left: () => void): (parts: readonly Buffer[]) => Promise<void> {
  const opened = resultWriter(output, left);
  // Who writes nothing hears of no failure either.
  opened.catch(() => undefined);
  const shown = output.isTTY ? forTerminal() : (parts: readonly Buffer[]) => parts;
  return async (parts) => (await opened).write(shown(parts));
}

/** Text that cannot control the terminal. A terminal of the container's own ends lines by \r\n. */
function forTerminal(): (parts: readonly Buffer[]) => Buffer[] {
  const decoder = new StringDecoder('utf8');
  return (parts) => [Buffer.from(escapeLines(decoder.write(Buffer.concat(parts)).replaceAll('\r\n', '\n')))];
}
