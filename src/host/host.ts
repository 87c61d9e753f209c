import type { FileReader, FileWriter, OwnershipChecks } from './host-files.ts';
import type { Readable } from 'node:stream';

/**
 * A place that runs argv. A verb plans argv lists and knows nothing else of the host; where they run (this machine as
 * root, through sudo …) is decided once, in main.ts.
 */
export interface Host extends ProgramRunner, FileReader, FileWriter, OwnershipChecks {
  readonly isRoot: boolean;
}

/** Runs programs, and hears signals. */
export interface ProgramRunner {
  /**
   * Runs a program with the person's own terminal, pipes and files as its stdin, stdout and stderr, hands it the signals
   * that dbg gets, and tells how it ended.
   */
  run(argv: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Starts what the next `run` needs beside its program, for a moment in which dbg waits in any case. It ends with dbg. */
  prepare(): void;
  /**
   * Starts a program that no signal to dbg or its terminal reaches, and that outlives dbg: it learns from the end of its stdin that
   * dbg has ended, by whatever death.
   */
  hold(argv: readonly string[]): Held;
  /**
   * Starts a program whose output dbg reads. No signal of the terminal reaches it, and it ends when dbg does, by whatever death. Its
   * stdin is empty. `env` is added to dbg's own environment.
   */
  stream(argv: readonly string[], env?: Readonly<Record<string, string>>): Promise<Streamed>;
  /**
   * Runs two programs with the person's terminal, the first one's stdout the second one's stdin; both have ended when it resolves, with
   * the second one's exit code. `quiet`: what the first says on stderr is given at the end, as the second one draws on the terminal.
   */
  pipeline(
    first: readonly string[],
    second: readonly string[],
    options: { readonly quiet: boolean },
  ): Promise<{ readonly exitCode: number; readonly said: string }>;
  /** Runs a program to its end and gives its stdout. Throws a DbgError with its stderr when it fails. */
  output(argv: readonly string[]): Promise<string>;
  /** What would run for a program's name or path. */
  find(program: string): Found;
  /**
   * The first signal that reaches dbg from now on, which does not end it then; until `stop` is
   * called.
   */
  signalled(): { readonly first: Promise<NodeJS.Signals>; stop(): void };
}

export interface Found {
  readonly kind: 'found' | 'not executable' | 'missing';
  /** the file that was found, or the program as it was asked for */
  readonly path: string;
}

export interface RunOptions {
  /** added to dbg's own environment */
  readonly env?: Readonly<Record<string, string>>;
  /** which variables of dbg's own environment it gets; all, when left out */
  readonly keep?: RegExp | undefined;
  /**
   * The program becomes another dbg, root's: signals reach it by a leash, and it ends when this dbg does. `report` is then
   * "taken" when it came to life.
   */
  readonly isDbg?: boolean;
}

export interface Ended {
  /** the program's own, or 128+n when signal n ended it */
  readonly exitCode: number;
  /** what it wrote on descriptor 3 */
  readonly report: string;
}

/** A program that was started by `stream`. Both streams are to be read: it waits for its reader, and `ended` for their end. */
export interface Streamed {
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly ended: Promise<Ended>;
  signal(signal: NodeJS.Signals): void;
}

/** A program that was started by `hold`. */
export interface Held {
  /** the first line that it prints; empty when it ends without one */
  readonly said: Promise<string>;
  /** all that it printed, once it has ended */
  readonly ended: Promise<string>;
  /** Calls back for each line that it prints from now on. */
  onEvent(listener: (line: string) => void): void;
  /** Ends its stdin, with a last line if there is one to say. */
  release(word?: string): void;
  /** Whether somebody stopped it (SIGSTOP): it does nothing until it is told to go on. */
  isStopped(): boolean;
  /** Ends it, by SIGKILL. */
  kill(): void;
}

/** Signals, as the process that dbg is has them. */
export interface Signals {
  /** Calls the listener for each signal that reaches dbg, until the function it gives back is called. */
  on(listener: (signal: NodeJS.Signals) => void): () => void;
  /** kill(2); throws when there is no such process. */
  send(pid: number, signal: NodeJS.Signals): void;
  /**
   * Calls the listener when a child of dbg's ended, stopped or went on (SIGCHLD), until the
   * function it gives back is called.
   */
  onChild(listener: () => void): () => void;
  /** Stops dbg itself (SIGSTOP); returns when it goes on. */
  stop(): void;
}
