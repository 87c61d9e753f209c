import type { Header, RequestHead, ResponseHead } from '../wire/http/http-head.ts';

/** What becomes of a call at a gate. Before its verdict, nothing of the call reaches the engine. */
export type Verdict = Decided | NeedsBody | Wait;
export type Decided = Forward | Answer | Drop;

/** The request goes to the engine, and its answer back, both unchanged but for what stands here. */
export interface Forward {
  readonly kind: 'forward';
  /** milliseconds before the request goes on */
  readonly delay?: number;
  /**
   * Changes an answer. The gate waits for the whole body, and writes its new length into the head.
   * A stream is not patched. Of an answer to HEAD, only the head is changed.
   */
  readonly patch?: (head: ResponseHead, body: Buffer) => { readonly head: ResponseHead; readonly body: Buffer };
  /** headers, in small letters, that the engine is not to see */
  readonly without?: readonly string[];
  /** Both connections are cut after so many bytes of the answer's body. */
  readonly dropAfter?: number;
}

/** The engine hears nothing of the request: dbg answers in its place. */
export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: Buffer;
  readonly delay?: number;
  readonly dropAfter?: number;
  /** The connection ends after this answer. The gate does not wait for the rest of the request. */
  readonly isLast?: boolean;
}

/** The client's connection is cut without an answer. */
export interface Drop {
  readonly kind: 'drop';
  readonly delay?: number;
}

/** The head is not enough for a verdict: the gate waits for the body, then asks `judge`. */
export interface NeedsBody {
  readonly kind: 'needs body';
  /** bytes; for a longer body, `judge` gets undefined */
  readonly most: number;
  judge(body: Buffer | undefined): Decided;
}

/** There is no verdict yet: the client is held up until `until` resolves, then `judge` is asked. */
export interface Wait {
  readonly kind: 'wait';
  readonly until: Promise<void>;
  judge(): Decided | NeedsBody;
}

/** Judges each request at a gate, by its head. */
export type Judge = (head: RequestHead) => Verdict;
