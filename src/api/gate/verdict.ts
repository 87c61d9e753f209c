import type { Header, RequestHead, ResponseHead } from '../wire/http/http-head.ts';

/** What becomes of a call that asks at a gate. Nothing of it has reached the engine before. */
export type Verdict = Decided | NeedsBody | Wait;
export type Decided = Forward | Answer | Drop;

/** It goes to the engine, as it is; and what comes back too, but for what is said here. */
export interface Forward {
  readonly kind: 'forward';
  /** milliseconds before it does */
  readonly delay?: number;
  /**
   * Changes an answer: its whole body is waited for, and its length told anew. Not for streams, which go on as they are. Of an answer to
   * HEAD it changes the head alone.
   */
  readonly patch?: (head: ResponseHead, body: Buffer) => { readonly head: ResponseHead; readonly body: Buffer };
  /** headers, in small letters, that the engine is not to see */
  readonly without?: readonly string[];
  /** Both connections are cut behind so many bytes of the answer's body. */
  readonly dropAfter?: number;
}

/** The engine hears nothing of it: dbg answers in its place. */
export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: Buffer;
  readonly delay?: number;
  readonly dropAfter?: number;
  /** The connection ends with it, and the rest of the request is not waited for. */
  readonly isLast?: boolean;
}

/** The client's connection is cut without an answer. */
export interface Drop {
  readonly kind: 'drop';
  readonly delay?: number;
}

/** The head is not enough: the body is waited for, up to so many bytes (`undefined` where it is longer), and asked about again. */
export interface NeedsBody {
  readonly kind: 'needs body';
  readonly most: number;
  judge(body: Buffer | undefined): Decided;
}

/** It cannot be said yet: the client is held up until then, and it is asked about again. */
export interface Wait {
  readonly kind: 'wait';
  readonly until: Promise<void>;
  judge(): Decided | NeedsBody;
}

/** Judges each request at a gate, by its head. */
export type Judge = (head: RequestHead) => Verdict;
