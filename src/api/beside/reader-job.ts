import type { RecordingHeader } from '../recordings/recording-format.ts';
import type { Recorded } from '../recordings/write-recording.ts';
import type { Ring } from './ring.ts';
import { errorCode } from '../../errors.ts';

// What dbg and the thread that reads for it (reader-thread.ts) say to each other.

export interface ThreadData {
  readonly ring: Ring;
  readonly job: Job;
}

/** What is to be done with what is read. */
export type Job = { readonly reveal: boolean } & (
  | {
      readonly kind: 'view';
      readonly descriptor: 1 | 2;
      readonly verbose: boolean;
      readonly json: boolean;
      /** expressions, well-formed */
      readonly filter: readonly string[] | undefined;
      readonly colour: boolean;
    }
  | {
      readonly kind: 'recording';
      /** 1: stdout */
      readonly descriptor: number;
      readonly header: RecordingHeader;
      readonly maxBody: number;
    }
);

/** look: something has come; end: nothing more comes */
export type Word =
  | { readonly type: 'look' }
  | { readonly type: 'named'; readonly id: string; readonly name: string | undefined }
  | { readonly type: 'end' };

export type Question =
  /** what comes from now on is read, and what is to be written has a place */
  | { readonly type: 'ready' }
  | { readonly type: 'name'; readonly id: string }
  /** the file takes no more */
  | { readonly type: 'failed'; readonly error: PlainError }
  | { readonly type: 'ended'; readonly outcome: Outcome };

/** What came of a job. */
export interface Outcome {
  readonly recorded?: Omit<Recorded, 'failure'>;
  /** that what was read could not be written */
  readonly failure?: PlainError | undefined;
  /** it was not read to its end, as was said */
  readonly isBroken?: boolean;
}

/** An error that goes from one thread to another loses its code. */
export interface PlainError {
  readonly message: string;
  readonly code: string | undefined;
}

export const plainError = (error: Error): PlainError => ({ message: error.message, code: errorCode(error) });
