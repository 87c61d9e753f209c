import type { Changes } from './changes.ts';
import type { PageEntry } from './host-picture.ts';

/**
 * A message to the page of `dbg ui`. The first has everything; later ones have what is new or has
 * changed.
 */
export interface PageMessage {
  readonly title?: string;
  /** of a recording: the times of its first and its last moment, in ms since the epoch */
  readonly replay?: { readonly from: number; readonly to: number };
  /**
   * the line with which a client's API calls go by dbg, and become lines of the timeline; left out
   * where they cannot
   */
  readonly callsBy?: string;
  /** when dbg looked, by its clock, in ms since the epoch */
  readonly at?: number;
  readonly changes?: Changes;
  readonly entries?: readonly PageEntry[];
  /** how many lines of the timeline were left out since the last message: there were too many */
  readonly leftOut?: number;
  /** what dbg cannot see at present: the engine is away … "" when that is over */
  readonly trouble?: string;
  /** The page did not read as fast as the messages came: it gets no more. */
  readonly behind?: true;
  /** dbg ends: this is the last message */
  readonly ended?: true;
}

/** What the page of a recording gets for a time of its slider. */
export interface Moment {
  readonly at: number;
  /** from nothing: all that there was then */
  readonly changes: Changes;
  readonly entries: readonly PageEntry[];
}
