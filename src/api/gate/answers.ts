import { isHijacked } from '../wire/http/exchange.ts';
import { responseFraming, type Framing } from '../wire/http/framing.ts';
import { NotHttp, parseResponseHead, type ResponseHead } from '../wire/http/http-head.ts';
import { messageReader, type MessageReader } from '../wire/http/message.ts';
import { headBytes } from './made.ts';
import type { Forward } from './verdict.ts';

/** A request that waits for the engine's answer. */
export interface AskedCall {
  readonly method: string;
  readonly mayStream: boolean;
  readonly forward: Forward;
}

export interface AnswerListener {
  /** the request that the engine is answering; undefined: no request waits for an answer */
  asked(): AskedCall | undefined;
  send(bytes: Buffer): void;
  /** From here on the call is a stream of bytes, no longer HTTP. */
  stream(): void;
  /** The whole answer has been sent. */
  answered(): void;
  /**
   * Nothing more is to be sent. `why` is DROPPED where the verdict wanted the cut. Otherwise it
   * says what in the engine's bytes is not HTTP; "" for more bytes after those.
   */
  cut(why: string): void;
}

/** The reason that is given for a call that a verdict cut on purpose. */
export const DROPPED = 'dropped by dbg';

/** A longer answer is not held in memory to be patched: it goes on unchanged. */
const MOST_PATCHED_BYTES = 16_777_216;
const NOTHING = Buffer.alloc(0);

/**
 * Reads the engine's answers, and sends their bytes on unchanged. A verdict may change that, by its
 * `patch` or its `dropAfter`.
 */
export function answerReader({ asked, send, stream, answered, cut }: AnswerListener): MessageReader {
  let framing: Framing = { kind: 'close' };
  let isInterim = false;
  let patching:
    { readonly head: ResponseHead; readonly raw: Buffer[]; readonly data: Buffer[]; size: number } | undefined;
  let told = 0;
  let isCut = false;

  const most = () => asked()?.forward.dropAfter ?? Infinity;

  function head(parsed: ResponseHead, raw: Buffer): Framing {
    const to = asked();
    if (!to) throw new NotHttp('an answer to no request');
    framing = responseFraming(parsed, to.method);
    isInterim = parsed.status < 200 && parsed.status !== 101;
    told = 0;
    const isStream = framing.kind === 'stream' || (to.mayStream && isHijacked(parsed, framing));
    if (isStream) {
      send(raw);
      stream();
      return { kind: 'stream' };
    }
    const { patch } = to.forward;
    if (!patch || isInterim) send(raw);
    else if (to.method === 'HEAD') sendHead(patch(parsed, NOTHING).head);
    else patching = { head: parsed, raw: [raw], data: [], size: 0 };
    return framing;
  }

  function data(piece: Buffer): void {
    told += piece.length;
    if (!patching) return;
    patching.data.push(piece);
    patching.size += piece.length;
  }

  function onward(bytes: Buffer): void {
    if (isCut) return;
    if (patching) {
      patching.raw.push(bytes);
      if (patching.size <= MOST_PATCHED_BYTES) return;
      patching.raw.forEach(send);
      patching = undefined;
      return;
    }
    const beyond = told - most();
    if (beyond < 0) return send(bytes);
    isCut = true;
    send(bytes.subarray(0, Math.max(0, bytes.length - beyond)));
    cut(DROPPED);
  }

  function end(): 'message' {
    if (isInterim || isCut) return 'message';
    if (patching) sendPatched(patching);
    patching = undefined;
    if (most() === 0) {
      isCut = true;
      cut(DROPPED);
    } else {
      answered();
    }
    return 'message';
  }

  function sendPatched({ head: before, data: pieces }: NonNullable<typeof patching>): void {
    const patched = asked()!.forward.patch!(before, Buffer.concat(pieces));
    const headers = patched.head.headers.filter(
      ([name]) => !/^(?:content-length|transfer-encoding|trailer)$/i.test(name),
    );
    sendHead({ ...patched.head, headers: [...headers, ['Content-Length', String(patched.body.length)]] });
    send(patched.body);
  }

  const sendHead = ({ status, reason, headers }: ResponseHead) =>
    send(headBytes(`HTTP/1.1 ${status} ${reason}`, headers));

  return messageReader(parseResponseHead, { head, data, raw: onward, end, broken: cut });
}
