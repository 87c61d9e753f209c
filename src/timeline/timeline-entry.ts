/**
 * One thing that happened, as a line of the timeline. Every text in it is as it came from outside:
 * it has to be escaped before it is printed.
 */
export interface TimelineEntry {
  /**
   * when it happened, in ms since the epoch, with fractions: by the engine's clock for its logs and
   * events, else by this host's
   */
  readonly at: number;
  readonly kind: EntryKind;
  /** undefined for what concerns no container: the engine itself, an image, a volume */
  readonly container: EntryContainer | undefined;
  /** of a log line */
  readonly stream?: 'stdout' | 'stderr';
  /** one line: what the container wrote, or what happened, in words */
  readonly text: string;
  /** the same for programs: exit codes, counts, names. Which keys there are: docs/watch.md */
  readonly details: EntryDetails;
}

export type EntryDetails = Readonly<Record<string, string | number | boolean | null>>;

export interface EntryContainer {
  /** 64 hexadecimal digits */
  readonly id: string;
  readonly name: string;
}

/**
 * What the line is about.
 * - log: a line that a container wrote
 * - event: an event that the engine told of, or that dbg noticed after the engine was away
 * - oom: the kernel killed processes of a container, because it was out of memory
 * - throttle: the kernel made a container wait for its CPU quota, or does so no more
 * - cut: a cut was made, changed or undone
 * - engine: the engine went, hangs, or is there again
 * - note: what dbg could not read, or has left out
 */
export type EntryKind = (typeof ENTRY_KINDS)[number];

export const ENTRY_KINDS = ['log', 'event', 'oom', 'throttle', 'cut', 'engine', 'note'] as const;
