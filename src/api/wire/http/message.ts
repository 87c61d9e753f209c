import { bodyReader, type BodyReader, type Framing } from './framing.ts';
import { gather } from './gather.ts';
import { headEnd, MOST_HEAD_BYTES, MOST_REMEMBERED_BYTES, NotHttp } from './http-head.ts';

/** What hears the messages of one direction of a connection. */
export interface MessageListener<Head> {
  /** A head has come; `raw` are its bytes. Gives how its body is framed. Throws NotHttp. */
  head(head: Head, raw: Buffer): Framing;
  /** the body's own bytes */
  data(data: Buffer): void;
  /** the body with its framing: bytes of the connection */
  raw?(bytes: Buffer): void;
  /**
   * The message is whole. Gives what comes next. After `wait`, nothing is read until `go` says what
   * comes.
   */
  end(): 'message' | 'stream' | 'wait';
  /**
   * What comes is no HTTP: these bytes, and all after them. Each later piece comes here too, with
   * an empty reason.
   */
  broken(reason: string, rest: Buffer): void;
}

export interface MessageReader {
  push(piece: Buffer): void;
  /**
   * The connection has ended in this direction. A body that ends with the connection has ended too.
   */
  end(): void;
  /** Ends a `wait`: what comes is a message, or a stream. */
  go(as: 'message' | 'stream'): void;
  /** how many bytes are held back until it is known what they are */
  held(): number;
}

/** How many bytes are held back during a `wait`. No engine takes so many before it answers. */
const MOST_WAITING_BYTES = 4_194_304;

/**
 * Reads the HTTP messages of one direction as their bytes come, however these are split into
 * pieces.
 */
export function messageReader<Head>(parse: (text: string) => Head, listener: MessageListener<Head>): MessageReader {
  let state: 'head' | 'body' | 'wait' | 'broken' = 'head';
  const waiting = gather();
  let searched = 0;
  /**
   * The last head and its bytes. Where the next head has the same bytes, it is not read again: to
   * find the end of a head, and to make a text of it, takes as long as all the rest of a call
   * without a body.
   */
  let last: { readonly raw: Buffer; readonly head: Head } | undefined;
  let body: BodyReader | undefined;
  let framed: Framing | undefined;

  function read(piece: Buffer): void {
    let at = 0;
    while (at < piece.length) {
      if (state === 'broken') return listener.broken('', piece.subarray(at));
      if (state === 'wait') {
        return waiting.add(piece.subarray(at));
      }
      try {
        at = state === 'head' ? readHead(piece, at) : readBody(piece, at);
      } catch (error) {
        if (!(error instanceof NotHttp)) throw error;
        state = 'broken';
        return listener.broken(error.message, piece.subarray(at));
      }
      if (at < 0) return;
    }
  }

  function readHead(piece: Buffer, from: number): number {
    if (searched === 0 && last && beginsWith(piece, from, last.raw))
      return begin(last.head, piece, from, last.raw.length);
    // The empty line at its end may have begun in the piece before.
    const end = headEnd(piece, from + Math.max(0, searched - 2));
    searched = end < 0 ? piece.length - from : 0;
    if ((end < 0 ? piece.length : end) - from > MOST_HEAD_BYTES) throw new NotHttp('a head that does not end');
    if (end < 0) {
      waiting.add(piece.subarray(from));
      return -1;
    }
    const head = parse(piece.toString('latin1', from, end));
    last = end - from > MOST_REMEMBERED_BYTES ? undefined : { raw: Buffer.from(piece.subarray(from, end)), head };
    return begin(head, piece, from, end - from);
  }

  function begin(head: Head, piece: Buffer, from: number, length: number): number {
    framed = listener.head(head, piece.subarray(from, from + length));
    state = 'body';
    body = bodyReader(framed, listener.data);
    if (framed.kind === 'length' && framed.length === 0) finish();
    return from + length;
  }

  function readBody(piece: Buffer, from: number): number {
    const end = body!(piece, from);
    listener.raw?.(piece.subarray(from, end < 0 ? piece.length : end));
    if (end >= 0) finish();
    return end;
  }

  function finish(): void {
    turn(listener.end());
  }

  function turn(to: 'message' | 'stream' | 'wait'): void {
    state = to === 'message' ? 'head' : to === 'wait' ? 'wait' : 'body';
    if (state !== 'body') return;
    framed = { kind: 'stream' };
    body = bodyReader(framed, listener.data);
  }

  const isGathering = () => waiting.bytes().length > 0;

  return {
    push: (piece) => {
      if (!isGathering()) return read(piece);
      waiting.add(piece);
      const all = waiting.bytes();
      if (state === 'wait') {
        if (all.length <= MOST_WAITING_BYTES) return;
        state = 'broken';
        waiting.clear();
        return listener.broken('more bytes than an engine takes before it answers', all);
      }
      if (state === 'head' && headEnd(all, Math.max(0, searched - 2)) < 0 && all.length <= MOST_HEAD_BYTES) {
        searched = all.length;
        return;
      }
      waiting.clear();
      read(all);
    },
    held: () => waiting.bytes().length,
    end: () => {
      if (state === 'head' && isGathering()) {
        state = 'broken';
        listener.broken('it ends within a head', waiting.bytes());
      }
      if (state === 'body' && framed?.kind === 'close') finish();
    },
    go: (as) => {
      if (state !== 'wait') return;
      const held = waiting.bytes();
      waiting.clear();
      turn(as);
      read(held);
    },
  };
}

function beginsWith(piece: Buffer, from: number, what: Buffer): boolean {
  const end = from + what.length;
  return end <= piece.length && piece.compare(what, 0, what.length, from, end) === 0;
}
