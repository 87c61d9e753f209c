import type { RecordingHeader } from '../recordings/recording-format.ts';
import type { Recorded } from '../recordings/write-recording.ts';
import type { Ring } from './ring.ts';
import { errorCode } from '../../errors.ts';

// The messages between dbg and the thread that reads for it (verbs/api/reader-thread.ts).

export interface ThreadData {
  readonly ring: Ring;
  readonly job: Job;
}

/** What the thread does with the calls that it reads: print them (`view`), or record them. */
export type Job = { readonly reveal: boolean } & (
  | {
      readonly kind: 'view';
      readonly descriptor: 1 | 2;
      readonly verbose: boolean;
      readonly json: boolean;
      /** filter expressions that have been checked */
      readonly filter: readonly string[] | undefined;
      readonly colour: boolean;
    }
  | {
      readonly kind: 'recording';
      /** of the file to write; 1: stdout */
      readonly descriptor: number;
      readonly header: RecordingHeader;
      readonly maxBody: number;
    }
);

/**
 * From dbg to the thread.
 * - `look`: something has come
 * - `named`: the answer to a question of type `name`
 * - `end`: nothing more comes
 */
export type Word =
  | { readonly type: 'look' }
  | { readonly type: 'named'; readonly id: string; readonly name: string | undefined }
  | { readonly type: 'end' };

/** From the thread to dbg. */
export type Question =
  /**
   * What comes from now on is read. A recording's file has taken its header, or `failed` was said.
   */
  | { readonly type: 'ready' }
  | { readonly type: 'name'; readonly id: string }
  /** the recording's file takes no more */
  | { readonly type: 'failed'; readonly error: PlainError }
  | { readonly type: 'ended'; readonly outcome: Outcome };

/** The outcome of a job. */
export interface Outcome {
  readonly recorded?: Omit<Recorded, 'failure'>;
  /** why what was read could not be written */
  readonly failure?: PlainError | undefined;
  /** reading stopped before the end; `lost` was called with the reason */
  readonly isBroken?: boolean;
}

/** An error as a plain object. An Error that goes from one thread to another loses its code. */
export interface PlainError {
  readonly message: string;
  readonly code: string | undefined;
}

export const plainError = (error: Error): PlainError => ({ message: error.message, code: errorCode(error) });
