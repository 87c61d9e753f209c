import type { Beginning } from '../../far/far-frames.ts';

/** A verb that is to run where its containers are. */
export interface Errand {
  readonly beginning: Beginning;
  /** Whether the person named a file, by its absolute path, for the verb to write. */
  readonly isNamed: (path: string) => boolean;
  /** Whether it needs the person's terminal itself, and not only what comes over it. */
  readonly usesTerminal: boolean;
  /** Whether it only prints the line that would run over there. */
  readonly isDryRun: boolean;
  /** the client's words for this engine: `docker -c prod` */
  readonly client: readonly string[];
}
