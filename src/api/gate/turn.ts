import { header, type RequestHead } from '../http/head.ts';
import { headBytes } from './made.ts';
import type { NeedsBody, Verdict } from './verdict.ts';

/** One call at the gate. The next one of its connection is read when this one is over: nothing overtakes. */
export interface Turn {
  readonly head: RequestHead;
  /** What has been decided; undefined: the body is waited for. */
  verdict: Exclude<Verdict, NeedsBody> | undefined;
  /** raw bytes that have not gone to the engine */
  held: Buffer[] | undefined;
  /** the client was told to send its body */
  isContinued: boolean;
  isAsked: boolean;
  isAnswered: boolean;
}

export const newTurn = (head: RequestHead, raw: Buffer): Turn => ({
  head,
  verdict: undefined,
  held: [raw],
  isContinued: false,
  isAsked: false,
  isAnswered: false,
});

/** What a client waits for that sent `Expect: 100-continue`. */
export const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n');

export const isWaitingWithBody = ({ headers }: RequestHead) =>
  header(headers, 'expect')?.toLowerCase() === '100-continue';

/** A head without some of its headers, which are the gate's own and nobody's behind it. */
export function rewritten({ method, target, version, headers }: RequestHead, without: readonly string[]): Buffer {
  return headBytes(
    `${method} ${target} HTTP/${version}`,
    headers.filter(([name]) => !without.includes(name.toLowerCase())),
  );
}
