import { header, type RequestHead } from '../wire/http/http-head.ts';
import { headBytes } from './made.ts';
import type { Decided, NeedsBody } from './verdict.ts';

/** One call at the gate. The next one of its connection is read when this one is over: nothing overtakes. */
export interface Turn {
  readonly head: RequestHead;
  /** What has been decided; undefined: something is waited for. */
  verdict: Decided | undefined;
  /** raw bytes that have not gone to the engine */
  held: Buffer[] | undefined;
  /** the same without what frames them, while nothing is decided; and how many */
  readonly body: Buffer[];
  size: number;
  /** the body is waited for, by this */
  needs: NeedsBody | undefined;
  /** the client was told to send its body */
  isContinued: boolean;
  isAsked: boolean;
  isAnswered: boolean;
  /** Its reading stopped at its end, as it was not answered yet. */
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
