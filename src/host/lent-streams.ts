/**
 * Makes what a program gets in place of dbg's own stdin, stdout and stderr, for one program: on
 * another host than the person's, dbg sends the bytes on.
 */
export type LentStreams = () => Promise<{
  /** for the program's stdin, stdout and stderr */
  readonly descriptors: readonly [number, number, number];
  /** The program has its own copies of them now, or could not be started. */
  started(): void;
  /** Resolves when all that the program has written was sent on. */
  ended(): Promise<void>;
}>;
