import { lineReader } from '../../../line-reader.ts';
import type { Call } from '../../../api/wire/calls/call.ts';
import type { WireEvent } from '../../../api/wire/calls/wire-events.ts';
import { mediaType, type RequestHead, type ResponseHead } from '../../../api/wire/http/http-head.ts';
import { frameReader } from '../../../engine/ways/frames.ts';
import { escapeControls } from '../../../text.ts';
import { bytesText } from './call-text.ts';

/** Shows the parts of a call while they come: heads, bodies, streams. */
export interface Detail {
  onEvent(event: WireEvent): void;
}

type Print = (text: string) => void;
type Make = () => string;

/**
 * Prints the parts of a call in lines. Each line begins with the call's number and where the line
 * comes from: `>` for the client, `<` for the engine, or the name of a stream.
 */
export function callDetail(call: Call, print: (make: Make) => void): Detail {
  const say = (mark: string, text: string) =>
    print(() => `#${call.number} ${mark} ${escapeControls(text)}`.trimEnd() + '\n');
  const sides = {
    client: bodyText(call.request, (text) => say('>', text)),
    engine: bodyText(undefined, (text) => say('<', text)),
  };
  const head = (mark: string, first: string, { headers }: RequestHead | ResponseHead) => {
    say(mark, first);
    for (const [name, value] of headers) say(mark, `${name}: ${value}`);
    say(mark, '');
  };
  return {
    onEvent: (event) => {
      switch (event.type) {
        case 'request':
          return head('>', `${event.head.method} ${event.head.target} HTTP/${event.head.version}`, event.head);
        case 'response':
          sides.engine = FRAMED.has(call.operation.like)
            ? streamText(say)
            : bodyText(event.head, (text) => say('<', text));
          return head('<', `HTTP/${event.head.version} ${event.head.status} ${event.head.reason}`, event.head);
        case 'stream':
          if (event.protocol === 'h2c') sides.client = sides.engine = bodyText(undefined, () => undefined);
          else sides.client = plainText((text) => say('stdin |', text));
          return;
        case 'data':
          return sides[event.from].add(event.data);
        case 'omitted':
          return say(event.from === 'client' ? '>' : '<', `(${bytesText(event.bytes)}, ${event.digest})`);
        case 'end':
          return sides[event.from].end();
        case 'close':
          sides.client.end();
          return sides.engine.end();
        case 'unread':
        case 'open':
        case 'client-end':
        case 'peer':
      }
    },
  };
}

/** Operations that answer in frames, or with what a terminal shows. */
const FRAMED = new Set(['ContainerAttach', 'ContainerLogs', 'ExecStart', 'ServiceLogs', 'TaskLogs']);

interface Text {
  add(data: Buffer): void;
  end(): void;
}

/**
 * Prints a body:
 * - JSON, indented, value by value where each line has one;
 * - other text as it is;
 * - of anything else, only how many bytes it had.
 */
function bodyText(head: RequestHead | ResponseHead | undefined, say: Print): Text {
  const type = head ? mediaType(head.headers) : '';
  if (/json/.test(type)) return plainText((line) => indented(line).split('\n').forEach(say), MOST_JSON);
  if (type.startsWith('text/')) return plainText(say);
  let bytes = 0;
  return {
    add: (data) => void (bytes += data.length),
    end: () => {
      if (bytes > 0) say(`(${type || 'bytes'}, ${bytesText(bytes)})`);
      bytes = 0;
    },
  };
}

function indented(line: string): string {
  try {
    return JSON.stringify(JSON.parse(line), undefined, 2);
  } catch {
    return line;
  }
}

function streamText(say: (mark: string, text: string) => void): Text {
  const texts = ['stdin |', 'stdout |', 'stderr |', 'engine |'].map((mark) => plainText((text) => say(mark, text)));
  const terminal = plainText((text) => say('tty |', text));
  return {
    add: frameReader(
      (stream, data) => texts[stream]!.add(data),
      (data) => terminal.add(data),
    ),
    end: () => [...texts, terminal].forEach((text) => text.end()),
  };
}

/** How long a line that does not end waits before it is shown: a prompt, a progress bar. */
const PATIENCE_MS = 200;
/** A line that does not end is shown when it is longer than this. */
const MOST_LINE = 16_384;
const MOST_JSON = 2_097_152;

function plainText(say: Print, most = MOST_LINE): Text {
  const { add, end, waiting } = lineReader((line) => say(line.replace(/\r$/, '')), { most });
  let timer: NodeJS.Timeout | undefined;
  return {
    add: (data) => {
      add(data);
      clearTimeout(timer);
      if (waiting() > 0 && most === MOST_LINE) timer = setTimeout(end, PATIENCE_MS);
    },
    end: () => {
      clearTimeout(timer);
      end();
    },
  };
}
