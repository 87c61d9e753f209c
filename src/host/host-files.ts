import type { Stats } from 'node:fs';
import type { Changeable } from './files/own-code.ts';
/**
 * Reads what this host, a container or another user may have filled: bounded, and waiting for
 * nothing.
 */
export interface FileReader {
  /**
   * The text of a regular file of /proc or of the system, its first MiB or `limit`; undefined when
   * there is none, or it may not be read. No FIFO, device or folder is opened, and nothing waits.
   */
  read(path: string, limit?: number): string | undefined;
  /**
   * All of a regular file that a person named. Throws an error that says why not: it is a FIFO,
   * larger than the limit, not there …
   */
  readWhole(path: string, limit: number): string;
  /**
   * The first `limit` bytes of a regular file below a folder that somebody else fills, such as
   * /proc/PID/root: no symbolic link below that folder is followed (it would lead to the host's own
   * files), and nothing but a regular file is opened. undefined as in `read`.
   */
  readBelow(folder: string, path: string, limit: number): string | undefined;
  /** What such a file is, without opening it. */
  lookBelow(folder: string, path: string): FileFacts | undefined;
  /**
   * Opens what a path leads to for a process whose root is that folder: links of a container's,
   * absolute ones too, lead to its own files (openat2(2), RESOLVE_IN_ROOT). Only a regular file is
   * opened for reading. Throws a system error where there is none.
   */
  openInside(root: string, path: string): Inside;
  /** The path of what a path leads to, without symbolic links; undefined as in `read`. */
  realPath(path: string): string | undefined;
  exists(path: string): boolean;
  /** The names in a folder; none when it is not there or may not be read. */
  entries(path: string): string[];
  /** How many there are, but no more than a million are counted; undefined as in `read`. */
  countEntries(path: string): number | undefined;
  /**
   * Where a symbolic link points, e.g. /proc/PID/ns/net → "net:[4026531833]"; undefined as in
   * `read`.
   */
  link(path: string): string | undefined;
  /**
   * How full the file system is that a path leads to for a process whose root is that folder;
   * undefined when what is there is not, or no more, the mount of that number
   * (proc_pid_mountinfo(5)). It is the caller's to ask only what answers by itself.
   */
  spaceInside(root: string, path: string, mountId: number): Promise<Space | undefined>;
  /**
   * To whom belongs what such a path leads to, and who may do what with it; undefined as in
   * `spaceInside`.
   */
  ownerInside(root: string, path: string, mountId: number): Promise<Owner | undefined>;
  /**
   * Bytes on the file system of a folder: free for people who are not root, and all (statfs(2)).
   */
  diskSpace(folder: string): Promise<{ readonly free: number; readonly size: number }>;
}

/** Writes files, in the name of who asked. */
export interface FileWriter {
  /**
   * Opens a file to be filled, with the rights of a person and in their name, or makes it; what it
   * holds stays. Throws a system error, and a DbgError for what another user could have put there.
   */
  create(path: string, person: Person | undefined, options?: CreateOptions): Promise<CreatedFile>;
  /** Takes such a file away; it is no failure when it has gone. */
  remove(path: string, person: Person | undefined): void;
  /**
   * Short texts by name, in a folder that root alone can write to and look into, until the next
   * boot: for what nobody else is to forge.
   */
  readonly notes: Notes;
}

/** Tells whom of the other users something depends on. */
export interface OwnershipChecks {
  /**
   * Whether users other than root and this one, otherwise who dbg is, could exchange a folder of
   * this absolute path, or what is in it.
   */
  isOthers(folder: string, person: Person | undefined): boolean;
  /** Who but root may change the code in these folders; undefined: nobody. */
  changeableCode(folders: readonly string[]): Changeable | undefined;
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

/** As the host numbers users and groups (inode(7)). */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
  /** the permission bits */
  readonly mode: number;
  readonly isFolder: boolean;
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

export interface OutputFile {
  /**
   * Writes behind what is there. When it fails, as on a full disk, that much had been written
   * before.
   */
  write(parts: readonly Buffer[]): Promise<{ readonly written: number; readonly error: Error | undefined }>;
  truncate(length: number): Promise<void>;
  /**
   * Calls back when nobody reads it any more, until the function it gives back is called; where
   * somebody does.
   */
  whenReaderLeaves?(onEvent: () => void): () => void;
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

/** Somebody for whom root's dbg works. */
export interface Person {
  readonly login: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Does something with a person's rights: user, group and supplementary groups. Until it returns,
 * the whole process has no others.
 */
export type Become = <T>(person: Person, act: () => T) => T;
