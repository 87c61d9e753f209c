import type { FileReader, FileWriter, OwnershipChecks } from './host-files.ts';
import type { Socket as DatagramSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';

/**
 * A machine on which argv lists run. A verb plans argv lists and knows nothing else of the host.
 * Where they run (this machine as root, through sudo …) is decided once, in main.ts.
 */
export interface Host extends ProgramRunner, FileReader, FileWriter, OwnershipChecks {
  readonly isRoot: boolean;
}

/** Runs programs, and tells of signals. */
export interface ProgramRunner {
  /**
   * Runs a program with the person's own terminal, pipes and files as its stdin, stdout and stderr.
   * The program gets the signals that dbg gets. Resolves with how it ended.
   */
  run(argv: readonly string[], options?: RunOptions): Promise<Ended>;
  /**
   * Starts ahead what the next `run` needs beside its program, while dbg has to wait anyway. It
   * ends with dbg.
   */
  prepare(): void;
  /**
   * Starts a program that outlives dbg. No signal to dbg or its terminal reaches it. The end of its
   * stdin tells it that dbg has ended, however dbg dies.
   */
  hold(argv: readonly string[]): Held;
  /**
   * Starts a program that nobody waits for: dbg ends before it, and hears nothing of it. It has no
   * terminal, and no stdin, stdout or stderr.
   */
  leave(argv: readonly string[]): void;
  /**
   * Starts a program whose output dbg reads. No signal of the terminal reaches it. It ends when dbg
   * does, however dbg dies. Its stdin is empty. `env` is added to dbg's own environment.
   */
  stream(argv: readonly string[], env?: Readonly<Record<string, string>>): Promise<Streamed>;
  /**
   * Starts a program that carries bytes both ways, such as one end of a connection. No signal of
   * the terminal reaches it. The end of its stdin tells it that dbg has ended, however dbg dies.
   */
  relay(argv: readonly string[], options?: RelayOptions): Promise<Relayed>;
  /**
   * Starts a program for Node with which dbg exchanges messages and sockets. A socket stays in the
   * network namespace in which it was made (network_namespaces(7)). No signal of the terminal
   * reaches the program. It must end when its channel does, which is when dbg does, however dbg
   * dies. Of dbg's environment it gets PATH alone: NODE_OPTIONS could open a debugger's port in a
   * container.
   */
  channel(argv: readonly string[]): Promise<Channeled>;
  /**
   * Runs two programs on the person's terminal; the first one's stdout is the second one's stdin.
   * Resolves when both have ended, with the second one's exit code. `quiet`: the stderr of the
   * first is collected in `said`, because the second one draws on the terminal.
   */
  pipeline(
    first: readonly string[],
    second: readonly string[],
    options: { readonly quiet: boolean },
  ): Promise<{ readonly exitCode: number; readonly said: string }>;
  /**
   * Runs a program to its end and gives its stdout. Throws a DbgError with its stderr when it
   * fails.
   */
  output(argv: readonly string[]): Promise<string>;
  /** Finds the file that would run for a program's name or path. */
  find(program: string): Found;
  /**
   * The first signal that reaches dbg from now on. Until `stop` is called, signals do not end dbg.
   */
  signalled(): { readonly first: Promise<NodeJS.Signals>; stop(): void };
  /**
   * Calls the listener for each signal that reaches dbg, until the function it gives back is
   * called. Signals do not end dbg meanwhile.
   */
  onSignal(listener: (signal: NodeJS.Signals) => void): () => void;
}

export interface RelayOptions {
  /**
   * The program may ask the person on the terminal (tty(4)), and has dbg's own environment. Ctrl-C
   * does not end it.
   */
  readonly isForPerson?: boolean;
}

export interface Found {
  readonly kind: 'found' | 'not executable' | 'missing';
  /** the file that was found, or the program as it was asked for */
  readonly path: string;
}

export interface RunOptions {
  /** added to dbg's own environment */
  readonly env?: Readonly<Record<string, string>>;
  /** which variables of dbg's own environment the program gets; left out: all */
  readonly keep?: RegExp | undefined;
  /**
   * The program becomes root's dbg: signals reach it by a leash, and it ends when this dbg does.
   * `report` is "taken" when it came to life.
   */
  readonly isDbg?: boolean;
  /**
   * The program begins with the descriptors 2 and 3 exchanged, and DBG_ASIDE in its environment:
   * what it says on stderr goes into the report, until its script exchanges them back (entry.sh).
   */
  readonly isAside?: boolean;
}

export interface Ended {
  /** the program's own, or 128+n when signal n ended it */
  readonly exitCode: number;
  /** what the program wrote on descriptor 3 */
  readonly report: string;
}

/**
 * A program that was started by `stream`. Both streams have to be read to their end: the program
 * waits for a reader, and `ended` for the end of the streams.
 */
export interface Streamed {
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly ended: Promise<Ended>;
  signal(signal: NodeJS.Signals): void;
}

/**
 * A program that was started by `relay`. Its stdout ends when it does; then `said` is what it wrote
 * on stderr, of which the first 4 KiB are kept.
 */
export interface Relayed {
  readonly stdin: Writable;
  readonly stdout: Readable;
  said(): string;
  /** resolves when it has ended, and all that it wrote has come */
  readonly ended: Promise<void>;
  /** Whether dbg waits for it before it ends by itself. It does so at first. */
  keepAwake(isAwake: boolean): void;
  /** Ends it by SIGKILL. */
  kill(): void;
}

/** A program that was started by `channel`. */
export interface Channeled {
  /** Sends a message, and a socket that is closed here then. Without effect once it has ended. */
  send(message: object, handle?: Socket | DatagramSocket): void;
  onMessage(listener: (message: unknown, handle: Socket | DatagramSocket | undefined) => void): void;
  /** `said` is what it wrote on stderr, and on descriptor 3; of much, only the end. */
  readonly ended: Promise<{ readonly exitCode: number; readonly said: string }>;
  /** Ends it by SIGKILL. */
  kill(): void;
}

/** A program that was started by `hold`. */
export interface Held {
  /** the first line that it prints; empty when it ends without printing one */
  readonly said: Promise<string>;
  /** what it printed, of much only the end; resolves when it has ended */
  readonly ended: Promise<string>;
  /** Calls back for each line that it prints from now on. */
  onEvent(listener: (line: string) => void): void;
  /** Ends its stdin, with a last line if one is given. */
  release(word?: string): void;
  /** Whether somebody has stopped it (SIGSTOP): it then does nothing until it gets SIGCONT. */
  isStopped(): boolean;
  /** Ends it by SIGKILL. */
  kill(): void;
}

/** Signals of dbg's own process. */
export interface Signals {
  /**
   * Calls the listener for each signal that reaches dbg, until the function it gives back is
   * called.
   */
  on(listener: (signal: NodeJS.Signals) => void): () => void;
  /** kill(2); throws when there is no such process. */
  send(pid: number, signal: NodeJS.Signals): void;
  /**
   * Calls the listener when a child of dbg's ends, stops or goes on (SIGCHLD), until the function
   * it gives back is called.
   */
  onChild(listener: () => void): () => void;
  /** Stops dbg itself (SIGSTOP). Returns when dbg goes on. */
  stop(): void;
}
