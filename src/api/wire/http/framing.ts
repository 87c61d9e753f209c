import {
  header,
  headerValues,
  NotHttp,
  perObject,
  type Header,
  type RequestHead,
  type ResponseHead,
} from './http-head.ts';

/**
 * How the end of a body is known (RFC 9112, section 6.3):
 * - `length`: by its length
 * - `chunked`: by a last chunk
 * - `close`: by the end of the connection
 * - `stream`: not at all: what follows is no HTTP any more
 */
export type Framing =
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'close' }
  | { readonly kind: 'stream' };

export const NO_BODY: Framing = { kind: 'length', length: 0 };

/**
 * How a request's body is framed. Throws NotHttp where an engine would refuse the request as well.
 */
export function requestFraming({ headers }: RequestHead): Framing {
  return framing(headers).framed ?? NO_BODY;
}

/** How the body of an answer is framed. `method` is that of its request. Throws NotHttp. */
export function responseFraming({ status, headers }: ResponseHead, method: string): Framing {
  if (status === 101) return { kind: 'stream' };
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD') return NO_BODY;
  return framing(headers).framed ?? { kind: 'close' };
}

/**
 * What the headers say of a body's framing; `framed` is undefined where they say nothing. A chunked
 * body is chunked even where a length is given as well: so Go's net/http has it, and RFC 9112.
 */
const framing = perObject((headers: readonly Header[]): { readonly framed?: Framing } => {
  const coding = header(headers, 'transfer-encoding');
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked') throw new NotHttp(`Transfer-Encoding "${coding.slice(0, 40)}"`);
    return { framed: { kind: 'chunked' } };
  }
  const lengths = new Set(headerValues(headers, 'content-length'));
  if (lengths.size === 0) return {};
  const [length] = lengths;
  if (lengths.size > 1 || !/^\d{1,15}$/.test(length!)) throw new NotHttp('a Content-Length that is no one number');
  return { framed: { kind: 'length', length: Number(length) } };
});

/**
 * Reads a body from a piece of the connection, from an offset on. Gives the offset at which the
 * body has ended, or -1 when it goes on. Throws NotHttp.
 */
export type BodyReader = (piece: Buffer, from: number) => number;

/**
 * Gives the reader of a body with this framing. `onEvent` gets the body's own bytes, as they come.
 */
export function bodyReader(framed: Framing, onEvent: (data: Buffer) => void): BodyReader {
  if (framed.kind === 'length') return lengthReader(framed.length, onEvent);
  if (framed.kind === 'chunked') return chunkedReader(onEvent);
  return (piece, from) => {
    if (from < piece.length) onEvent(piece.subarray(from));
    return -1;
  };
}

function lengthReader(length: number, onEvent: (data: Buffer) => void): BodyReader {
  let left = length;
  return (piece, from) => {
    const end = Math.min(piece.length, from + left);
    left -= end - from;
    if (end > from) onEvent(piece.subarray(from, end));
    return left === 0 ? end : -1;
  };
}

/**
 * The longest line of a chunked body. A line is either the length of a chunk, with an extension
 * that nobody sends, or a trailer: a header after the last chunk.
 */
const MOST_LINE_BYTES = 8192;

function chunkedReader(onEvent: (data: Buffer) => void): BodyReader {
  let state: 'size' | 'data' | 'data end' | 'trailer' = 'size';
  let left = 0;
  let line = '';
  return (piece, from) => {
    let at = from;
    while (at < piece.length) {
      if (state === 'data') {
        const end = Math.min(piece.length, at + left);
        onEvent(piece.subarray(at, end));
        left -= end - at;
        at = end;
        if (left === 0) state = 'data end';
        continue;
      }
      const feed = piece.indexOf(10, at);
      line += piece.toString('latin1', at, feed < 0 ? piece.length : feed);
      if (line.length > MOST_LINE_BYTES) throw new NotHttp('a line of a chunked body is too long');
      if (feed < 0) return -1;
      at = feed + 1;
      const text = line.replace(/\r$/, '');
      line = '';
      if (state === 'size') {
        left = chunkSize(text);
        state = left === 0 ? 'trailer' : 'data';
      } else if (state === 'data end') {
        if (text !== '') throw new NotHttp('a chunk is longer than it said');
        state = 'size';
      } else if (text === '') {
        return at;
      }
    }
    return -1;
  };
}

function chunkSize(line: string): number {
  const size = /^([\da-fA-F]{1,12})[ \t]*(?:;.*)?$/.exec(line)?.[1];
  if (size === undefined) throw new NotHttp(`no length of a chunk: "${line.slice(0, 40)}"`);
  return Number.parseInt(size, 16);
}
