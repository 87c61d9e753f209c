import { header, type RequestHead } from '../wire/http/http-head.ts';
import { headBytes } from './made.ts';
import type { Decided, NeedsBody } from './verdict.ts';

/**
 * One call at the gate. The next request of its connection is read only when this call is over, so
 * that no call overtakes another.
 */
export interface Turn {
  readonly head: RequestHead;
  /** what has been decided; undefined: the gate waits for the body, or for a time */
  verdict: Decided | undefined;
  /** the request's raw bytes that have not gone to the engine; undefined: none are held any more */
  held: Buffer[] | undefined;
  /** the bytes of the body, without its framing, as long as nothing is decided */
  readonly body: Buffer[];
  /** how many bytes of the body came while nothing was decided */
  size: number;
  /** the verdict that waits for the body */
  needs: NeedsBody | undefined;
  /** dbg told the client to send its body (100 Continue) */
  isContinued: boolean;
  /** the whole request has been read */
  isAsked: boolean;
  isAnswered: boolean;
  /** the reader stopped at the end of the request, because it was not answered yet */
  isLeft: boolean;
}

export const newTurn = (head: RequestHead, raw: Buffer): Turn => ({
  head,
  verdict: undefined,
  held: [raw],
  body: [],
  size: 0,
  needs: undefined,
  isContinued: false,
  isAsked: false,
  isAnswered: false,
  isLeft: false,
});

/** What a client waits for, before it sends its body, if it sent `Expect: 100-continue`. */
export const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n');

export const isWaitingWithBody = ({ headers }: RequestHead) =>
  header(headers, 'expect')?.toLowerCase() === '100-continue';

/** Gives the bytes of a head without some headers: those that are for the gate alone. */
export function rewritten({ method, target, version, headers }: RequestHead, without: readonly string[]): Buffer {
  return headBytes(
    `${method} ${target} HTTP/${version}`,
    headers.filter(([name]) => !without.includes(name.toLowerCase())),
  );
}
