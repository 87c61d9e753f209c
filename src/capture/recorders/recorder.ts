import type { Counts } from '../taps/counts.ts';
import type { CapturePoint } from '../capture-point.ts';

/** What takes the output of one tap. */
export interface Track {
  /** a piece of tcpdump's stdout; throws for what it cannot read */
  data(piece: Buffer): void;
  end(counts: Counts): void;
}

/** Why a recorder takes no more: it has what it was to have, its reader left, or it failed. */
export type Ending = { readonly kind: 'full' | 'left' } | { readonly kind: 'failed'; readonly message: string };

/** What becomes of packets: a file, lines of text, a table. */
export interface Recorder {
  /** whether the packets are for a person's or a program's eyes as they come */
  readonly isLive: boolean;
  readonly as: 'text' | 'packets';
  begin(place: CapturePoint): Track;
  /** The taps are to wait: the disk is slower than the wire. */
  isBehind(): boolean;
  /** Does what time alone brings. */
  tick(): void;
  /** Calls back, once, when it takes no more. */
  onEnding(onEvent: (ending: Ending) => void): void;
  written(): { readonly packets: number; readonly bytes: number };
  /** All taps that were asked for listen. */
  begun?(): void;
  /** The taps are being ended. */
  stopping?(): void;
  /** the files there are */
  paths?(): readonly string[];
  /** how many packets came too late for the order of time */
  late?(): number;
  /** All taps have ended. */
  finish(): Promise<void>;
}

/** Two recorders of the same packets; what the first is says how they are taken. */
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
