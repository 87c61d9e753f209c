import { isUtf8 } from 'node:buffer';
import { perObject, type RequestHead, type ResponseHead } from '../wire/http/http-head.ts';
import type { WireEvent } from '../wire/calls/wire-events.ts';
import { printableJson } from '../../text.ts';

/**
 * A recording is NDJSON: its first line is this header, each other line is one event of the wire,
 * in their order.
 * - Keys stay. New keys and new types of events may come: a reader passes over those that it does
 *   not know.
 * - `t` is in milliseconds since `started`, with microseconds.
 * - Bytes stand as `text` where they are UTF-8 that JSON does not make much longer, else as
 *   `base64`. Heads are in Latin-1.
 * - `omitted` stands where bytes of a body, or of one direction of a stream, are missing. It tells
 *   how many, and a digest (digest.ts). The digest is of that body from its beginning, or from the
 *   end of the gap before, to the end of this gap. Where a body was longer than what is kept, that
 *   is the whole body. Where a line was left out for the secrets that may be in it, the digest is
 *   that line's SHA-256.
 */
export interface RecordingHeader {
  readonly recording: 'dbg api';
  readonly version: 1;
  /** ms since the epoch */
  readonly started: number;
  /** in the form of DOCKER_HOST */
  readonly engine: string;
  /** dbg speaks to the engine through TLS */
  readonly tls?: boolean;
}

export const headerLine = (header: RecordingHeader): string => `${printableJson(header)}\n`;

/** One event as a line, its line feed included. */
export function eventLine(event: WireEvent, started: number): string {
  const of = `{"t":${millisecondsText(event.time - started)},"connection":${event.connection}`;
  // The events that each call has are put together by hand: JSON.stringify takes three times as
  // long for them, and a call has five.
  switch (event.type) {
    case 'request':
    case 'response':
      return `${of},"type":"${event.type}","call":${event.call},"head":${headText(event.head)}}\n`;
    case 'end':
      return `${of},"type":"end","call":${event.call},"from":"${event.from}"}\n`;
    case 'data':
      return `${of},"type":"data","call":${event.call},"from":"${event.from}",${contentText(event.data)}}\n`;
    default: {
      const { time: _, connection: __, ...rest } = event;
      return `${of},${printableJson(rest).slice(1)}\n`;
    }
  }
}

/**
 * Milliseconds with microseconds, as text. The last text is kept, because all that one piece of
 * traffic said has one time. To write a fraction takes ten times as long as to write a whole
 * number.
 */
function millisecondsText(milliseconds: number): string {
  if (milliseconds === lastTime.milliseconds) return lastTime.text;
  const microseconds = Math.max(0, Math.round(milliseconds * 1000));
  const rest = microseconds % 1000;
  const text = `${(microseconds - rest) / 1000}.${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}`;
  lastTime = { milliseconds, text };
  return text;
}

let lastTime = { milliseconds: NaN, text: '' };

function contentText(data: Buffer): string {
  if (data.length < 64) {
    const text = data.toString('latin1');
    if (PLAIN.test(text)) return `"text":"${text}"`;
  }
  if (!isReadable(data)) return `"base64":"${data.toString('base64')}"`;
  return `"text":${printableJson(data.toString('utf8'))}`;
}

/** ASCII that JSON writes as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * A head as JSON, written once for each object. Heads that are the same are one object
 * (http-head.ts): a client that polls sends the same one again and again.
 */
const headText = perObject((head: RequestHead | ResponseHead) => printableJson(head));

/**
 * Whether bytes stand as text: they are UTF-8 that JSON does not make much longer. A piece of a tar
 * is UTF-8 as well, but most of it is zeros, and JSON writes each with 6 letters.
 */
function isReadable(data: Buffer): boolean {
  if (!isUtf8(data)) return false;
  return data.length < 512 || !data.includes(0) || JSON.stringify(data.toString('utf8')).length < 2 * data.length;
}

/**
 * Reads a line of `eventLine` back. Throws a SyntaxError where it is no JSON, as the last line of a
 * recording may be when dbg was killed.
 */
export function parseEventLine(line: string, started: number): WireEvent {
  const { t, text, base64, ...event } = JSON.parse(line) as { t: number; text?: string; base64?: string };
  const data =
    text !== undefined ? Buffer.from(text) : base64 !== undefined ? Buffer.from(base64, 'base64') : undefined;
  return { ...event, ...(data && { data }), time: started + t } as unknown as WireEvent;
}
