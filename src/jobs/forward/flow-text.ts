import type { WireEvent } from '../../api/wire/calls/wire-events.ts';
import { header, mediaType, type RequestHead, type ResponseHead } from '../../api/wire/http/http-head.ts';
import { reading } from '../../api/wire/reading.ts';
import { redacted } from '../../api/wire/redact/redact.ts';
import { redactText } from '../../api/wire/redact/redact-text.ts';
import { lineReader } from '../../line-reader.ts';
import { decimalSize } from '../../sizes.ts';
import type { FlowListener } from './carry-connection.ts';
import type { ForwardSide } from './forward-messages.ts';

/**
 * Hears a line of what flows on a connection. It begins with `>` for the client, `<` for the
 * server.
 */
type Say = (id: number, line: string) => void;

/** Shows what flows on connections. */
export interface FlowText {
  /** Gives what hears a TCP connection or one by a unix socket. */
  begin(id: number): FlowListener & { over(): void };
  /** Shows a datagram. */
  datagram(id: number, from: ForwardSide, bytes: Buffer): void;
}

/**
 * Makes lines of what flows: HTTP/1 as `dbg api` reads it, other text line by line, and of anything
 * else how many bytes it has. `reveal`: with the secrets, which are left out otherwise.
 */
export function flowText(reveal: boolean, say: Say): FlowText {
  const now = () => performance.timeOrigin + performance.now();
  const plain = (text: string) => (reveal ? text : redactText(text));
  const details = new Map<number, (event: WireEvent) => void>();
  const hear = (event: WireEvent) => details.get(event.connection)?.(event);
  const read = reading(reveal ? hear : redacted(hear));

  return {
    begin: (id) => {
      let kind: 'unknown' | 'http' | 'bytes' = 'unknown';
      const bytes = {
        client: bytesLines((line) => say(id, `> ${plain(line)}`)),
        server: bytesLines((line) => say(id, `< ${plain(line)}`)),
      };
      const piece = (side: ForwardSide, data: Buffer) => {
        if (kind === 'unknown') {
          kind = side === 'client' && isHttp(data) ? 'http' : 'bytes';
          if (kind === 'http') {
            details.set(
              id,
              httpLines(
                (line) => say(id, line),
                () => (kind = 'bytes'),
              ),
            );
            read('open', id, now(), NOTHING);
          }
        }
        if (kind === 'http') read(side === 'client' ? 'client' : 'engine', id, now(), data);
        else bytes[side].add(data);
      };
      const end = (side: ForwardSide) => {
        if (kind === 'http') read(side === 'client' ? 'clientEnd' : 'engineEnd', id, now(), NOTHING);
        bytes[side].end();
      };
      return {
        client: (data) => piece('client', data),
        server: (data) => piece('server', data),
        clientEnd: () => end('client'),
        serverEnd: () => end('server'),
        over: () => {
          if (details.has(id)) read('close', id, now(), CLOSED);
          details.delete(id);
          bytes.client.end();
          bytes.server.end();
        },
      };
    },
    datagram: (id, from, data) => {
      const lines = bytesLines((line) => say(id, `${from === 'client' ? '>' : '<'} ${plain(line)}`));
      lines.add(data);
      lines.end();
    },
  };
}

const NOTHING = Buffer.alloc(0);
const CLOSED = Buffer.from(JSON.stringify({ first: 'client' }));

/** Whether the first bytes of a client begin an HTTP/1 request (RFC 9112, section 3). */
const isHttp = (data: Buffer) => /^[A-Z]{3,20} [^ \r\n]+(?: HTTP\/1\.|$)/.test(data.toString('latin1', 0, 16_384));

/** Gives what makes lines of the events of one HTTP connection. `left`: what follows is no HTTP. */
function httpLines(say: (line: string) => void, left: () => void): (event: WireEvent) => void {
  let bodies = { client: NO_TEXT, engine: NO_TEXT };
  const head = (mark: string, first: string, { headers }: RequestHead | ResponseHead) => {
    say(`${mark} ${first}`);
    for (const [name, value] of headers) say(`${mark} ${name}: ${value}`);
    say(mark);
  };
  const bodyLines = (mark: string, of: RequestHead | ResponseHead) =>
    isText(of)
      ? textLines((line) => say(`${mark} ${line}`))
      : countedBytes((line) => say(`${mark} ${line}`), mediaType(of.headers));
  return (event) => {
    switch (event.type) {
      case 'request':
        bodies = { ...bodies, client: bodyLines('>', event.head) };
        return head('>', `${event.head.method} ${event.head.target} HTTP/${event.head.version}`, event.head);
      case 'response':
        bodies = { ...bodies, engine: bodyLines('<', event.head) };
        return head('<', `HTTP/${event.head.version} ${event.head.status} ${event.head.reason}`.trimEnd(), event.head);
      case 'data':
        return bodies[event.from].add(event.data);
      case 'omitted':
        return say(`${event.from === 'client' ? '>' : '<'} (${decimalSize(event.bytes)}, left out)`);
      case 'stream':
        bodies = {
          client: bytesLines((line) => say(`> ${line}`)),
          engine: bytesLines((line) => say(`< ${line}`)),
        };
        return say(`< (from here on: ${event.protocol})`);
      case 'end':
        return bodies[event.from].end();
      case 'unread':
        say(`${event.from === 'client' ? '>' : '<'} (no HTTP: ${event.reason})`);
        return left();
      default:
    }
  };
}

const isText = ({ headers }: RequestHead | ResponseHead) =>
  /^text\/|[/+]json$|ndjson|xml$|x-www-form-urlencoded$/.test(mediaType(headers)) &&
  /^(?:|identity)$/i.test(header(headers, 'content-encoding') ?? '');

interface Lines {
  add(data: Buffer): void;
  end(): void;
}

const NO_TEXT: Lines = { add: () => undefined, end: () => undefined };

/** The most characters of a line; a longer one is shown in parts. */
const MOST_LINE = 4096;
/** How long a line that does not end waits before it is shown: a prompt. */
const PATIENCE_MS = 200;

function textLines(say: (line: string) => void): Lines {
  const lines = lineReader((line) => say(line.replace(/\r$/, '')), { most: MOST_LINE });
  let timer: NodeJS.Timeout | undefined;
  return {
    add: (data) => {
      clearTimeout(timer);
      lines.add(data);
      if (lines.waiting() > 0) timer = setTimeout(lines.end, PATIENCE_MS);
    },
    end: () => {
      clearTimeout(timer);
      lines.end();
    },
  };
}

function countedBytes(say: (line: string) => void, type: string): Lines {
  let bytes = 0;
  return {
    add: (data) => void (bytes += data.length),
    end: () => {
      if (bytes > 0) say(`(${type || 'bytes'}, ${decimalSize(bytes)})`);
      bytes = 0;
    },
  };
}

/** Text line by line. Of a piece that is no text, how many bytes it has. */
function bytesLines(say: (line: string) => void): Lines {
  const text = textLines(say);
  return {
    add: (data) => {
      if (isPrintable(data)) return text.add(data);
      text.end();
      // The first bytes of a TLS record: its type, and version 3 (RFC 8446, section 5.1).
      const isTls = data[0]! >= 0x14 && data[0]! <= 0x17 && data[1] === 3;
      say(`(${isTls ? 'TLS' : 'no text'}, ${decimalSize(data.length)})`);
    },
    end: text.end,
  };
}

/**
 * Looks at the beginning: no text has control characters, other than those that end or indent a
 * line, ring a bell or drive a terminal.
 */
const isPrintable = (data: Buffer) =>
  !data.subarray(0, 1024).some((byte) => byte < 7 || byte === 0x7f || (byte > 13 && byte < 32 && byte !== 0x1b));
