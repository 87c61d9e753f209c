import type { Counts } from '../taps/counts.ts';
import type { CapturePoint } from '../capture-point.ts';

/** Takes the output of one tap. */
export interface Track {
  /** Takes a piece of tcpdump's stdout. Throws when it cannot be read. */
  data(piece: Buffer): void;
  end(counts: Counts): void;
}

/**
 * Why a recorder takes no more: it has all that it was asked for (full), its reader left, or it
 * failed.
 */
export type Ending = { readonly kind: 'full' | 'left' } | { readonly kind: 'failed'; readonly message: string };

/** Takes the packets of a capture and makes something of them: a file, lines of text, a table. */
export interface Recorder {
  /** whether a person or a program reads the packets as they come */
  readonly isLive: boolean;
  readonly as: 'text' | 'packets';
  begin(place: CapturePoint): Track;
  /** Whether the taps must wait, because the disk or the reader is slower than the packets come. */
  isBehind(): boolean;
  /** Does what is due by the time. It is called again and again. */
  tick(): void;
  /** Calls back once, when the recorder takes no more. */
  onEnding(onEvent: (ending: Ending) => void): void;
  written(): { readonly packets: number; readonly bytes: number };
  /** Is called when all taps that were asked for listen. */
  begun?(): void;
  /** Is called when the taps begin to be ended. */
  stopping?(): void;
  /** the files that are there */
  paths?(): readonly string[];
  /** how many packets came too late to be put into time order */
  late?(): number;
  /** Is called when all taps have ended. Resolves when everything is written. */
  finish(): Promise<void>;
}

/**
 * Two recorders of the same packets. Both get the packets and are told of the beginning and the
 * end. Everything else is up to the first one.
 */
export function both(first: Recorder, second: Recorder): Recorder {
  return {
    ...first,
    begin: (place) => {
      const tracks = [first.begin(place), second.begin(place)];
      return {
        data: (piece) => tracks.forEach((track) => track.data(piece)),
        end: (counts) => tracks.forEach((track) => track.end(counts)),
      };
    },
    begun: () => [first, second].forEach((each) => each.begun?.()),
    stopping: () => [first, second].forEach((each) => each.stopping?.()),
    finish: async () => {
      await first.finish();
      await second.finish();
    },
  };
}
