import type { Stats } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Changeable } from './files/own-code.ts';

/**
 * A place that runs argv. A verb plans argv lists and knows nothing else of the host; where they run (this machine as
 * root, through sudo …) is decided once, in main.ts.
 */
export interface Host {
  readonly isRoot: boolean;
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
  /**
   * Opens a file to be filled, with the rights of a person and in their name, or makes it; what it holds stays. Throws a system error, and a
   * DbgError for what another user could have put there.
   */
  create(path: string, person: Person | undefined, options?: CreateOptions): Promise<CreatedFile>;
  /** dbg's own stdout or stderr, written to without holding up what else dbg does: for bytes that are no text, or for much of it. */
  standardOutput(descriptor?: 1 | 2): Promise<OpenFile>;
  /** Takes such a file away; it is no failure when it has gone. */
  remove(path: string, person: Person | undefined): void;
  /** Whether users other than root and this one, otherwise who dbg is, could exchange a folder of this absolute path, or what is in it. */
  isOthers(folder: string, person: Person | undefined): boolean;
  /** Bytes on the file system of a folder: free for people who are not root, and all (statfs(2)). */
  diskSpace(folder: string): Promise<{ readonly free: number; readonly size: number }>;
  /**
   * How full the file system is that a path leads to for a process whose root is that folder;
   * undefined when what is there is not, or no more, the mount of that number
   * (proc_pid_mountinfo(5)). It is the caller's to ask only what answers by itself.
   */
  spaceInside(root: string, path: string, mountId: number): Promise<Space | undefined>;
  /** The first signal that reaches dbg from now on, which does not end it then; until `stop` is called. */
  signalled(): { readonly first: Promise<NodeJS.Signals>; stop(): void };
  /** Runs a program to its end and gives its stdout. Throws a DbgError with its stderr when it fails. */
  output(argv: readonly string[]): Promise<string>;
  /**
   * The text of a regular file of /proc or of the system, its first MiB or `limit`; undefined when there is none, or it may not be read.
   * No FIFO, device or folder is opened, and nothing waits.
   */
  read(path: string, limit?: number): string | undefined;
  /** All of a regular file that a person named. Throws an error that says why not: it is a FIFO, larger than the limit, not there … */
  readWhole(path: string, limit: number): string;
  /**
   * The first `limit` bytes of a regular file below a folder that somebody else fills, such as /proc/PID/root: no symbolic link
   * below that folder is followed (it would lead to the host's own files), and nothing but a regular file is opened.
   * undefined as in `read`.
   */
  readBelow(folder: string, path: string, limit: number): string | undefined;
  /**
   * Opens what a path leads to for a process whose root is that folder: links of a container's, absolute ones too, lead to its own files
   * (openat2(2), RESOLVE_IN_ROOT). Only a regular file is opened for reading. Throws a system error where there is none.
   */
  openInside(root: string, path: string): Inside;
  /**
   * Short texts by name, in a folder that root alone can write to and look into, until the next boot: for what nobody else is to forge.
   */
  readonly notes: Notes;
  /** What such a file is, without opening it. */
  lookBelow(folder: string, path: string): FileFacts | undefined;
  /** The path of what a path leads to, without symbolic links; undefined as in `read`. */
  realPath(path: string): string | undefined;
  /** Who but root may change the code in these folders; undefined: nobody. */
  changeableCode(folders: readonly string[]): Changeable | undefined;
  exists(path: string): boolean;
  /** The names in a folder; none when it is not there or may not be read. */
  entries(path: string): string[];
  /** How many there are, but no more than a million are counted; undefined as in `read`. */
  countEntries(path: string): number | undefined;
  /** Where a symbolic link points, e.g. /proc/PID/ns/net → "net:[4026531833]"; undefined as in `read`. */
  link(path: string): string | undefined;
  /** What would run for a program's name or path. */
  find(program: string): Found;
}

/** In bytes, and in files. */
export interface Space {
  readonly size: number;
  readonly used: number;
  /** for who is not root: some file systems keep a part for root */
  readonly available: number;
  /** 0 where they are not limited */
  readonly inodes: number;
  readonly usedInodes: number;
}

/** What a path leads to. */
export type Inside =
  | { readonly kind: 'folder' | 'FIFO' | 'socket' | 'character device' | 'block device' }
  | {
      readonly kind: 'file';
      /** The bytes that come next, until the next call; none at the end. Throws a system error. */
      next(): Promise<Buffer>;
      close(): void;
    };

export interface Notes {
  /** none where there is no such folder, or it is not root's alone, or dbg is not root */
  all(): ReadonlyMap<string, string>;
  /** Throws a DbgError when it cannot be written. */
  write(name: string, text: string): void;
  remove(name: string): void;
}

/** A regular file as it was found. */
export interface FileFacts {
  /** the same for the same file, by whatever path */
  readonly id: string;
  readonly size: number;
  /** how many names it has */
  readonly links: number;
  /** the users to whom the folders on the way belong: who may put another file in its place */
  readonly folderOwners: readonly number[];
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

/** Somebody for whom root's dbg works. */
export interface Person {
  readonly login: string;
  readonly uid: number;
  readonly gid: number;
}

/** Does something with a person's rights: user, group and supplementary groups. Until it returns, the whole process has no others. */
export type Become = <T>(person: Person, act: () => T) => T;

export interface OutputFile {
  /** Writes behind what is there. When it fails, as on a full disk, that much had been written before. */
  write(parts: readonly Buffer[]): Promise<{ readonly written: number; readonly error: Error | undefined }>;
  truncate(length: number): Promise<void>;
  /**
   * Calls back when nobody reads it any more, until the function it gives back is called; where
   * somebody does.
   */
  whenReaderLeaves?(hear: () => void): () => void;
  close(): Promise<void>;
}

/** One that is open in this process: in all its threads. */
export interface OpenFile extends OutputFile {
  readonly descriptor: number;
}

/** One that `create` opened. */
export interface CreatedFile extends OpenFile {
  /** as it was when it was opened */
  readonly stats: Pick<Stats, 'mode' | 'size' | 'isFile' | 'isFIFO'>;
  readonly isNew: boolean;
}

export interface CreateOptions {
  /** of a new file; otherwise 0644 */
  readonly mode?: number;
  /** every write goes behind what is there then */
  readonly append?: boolean;
  /** Called once where it is a FIFO that nobody reads, which is then waited for. */
  readonly waits?: () => void;
}

/** A program that was started by `hold`. */
export interface Held {
  /** the first line that it prints; empty when it ends without one */
  readonly said: Promise<string>;
  /** all that it printed, once it has ended */
  readonly ended: Promise<string>;
  /** Calls back for each line that it prints from now on. */
  hear(listener: (line: string) => void): void;
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
