import type { Stats } from 'node:fs';
import type { Socket } from 'node:net';
import type { Changeable } from './files/own-code.ts';
/**
 * Reads files that this host, a container or another user may have filled. Every read has a limit,
 * and none waits.
 */
export interface FileReader {
  /**
   * The text of a regular file of /proc or of the system: its first MiB, or its first `limit`
   * bytes. undefined when there is no such file, or it may not be read. A FIFO, device or folder is
   * not opened.
   */
  read(path: string, limit?: number): string | undefined;
  /**
   * Opens a file of the kernel's that is to be read again and again, such as one of a cgroup. That
   * costs a tenth of `read`. The file stays the same one, whatever is made at its path later.
   * undefined as in `read`.
   */
  keep(path: string): KeptFile | undefined;
  /**
   * All of a regular file that a person named. Throws an error that says what is wrong: it is a
   * FIFO, larger than the limit, not there …
   */
  readWhole(path: string, limit: number): string;
  /**
   * The first `limit` bytes of a regular file that a person named, read with that person's rights.
   * Throws an error that says what is wrong.
   */
  readBytes(path: string, limit: number, person: Person | undefined): Buffer;
  /**
   * The first `limit` bytes of a regular file below a folder that somebody else fills, such as
   * /proc/PID/root. No symbolic link below that folder is followed: it would lead to the host's own
   * files. Nothing but a regular file is opened. undefined as in `read`.
   */
  readBelow(folder: string, path: string, limit: number): string | undefined;
  /** The facts of such a file, without opening it. undefined as in `read`. */
  lookBelow(folder: string, path: string): FileFacts | undefined;
  /**
   * Opens what a path leads to for a process whose root is `root`. A container's links, absolute
   * ones too, lead to the container's files (openat2(2), RESOLVE_IN_ROOT). Only a regular file is
   * opened for reading. Throws a system error when there is nothing.
   */
  openInside(root: string, path: string): Inside;
  /**
   * Connects to the unix socket that a path leads to for a process whose root is `root`, as
   * openInside finds it. Throws a system error when there is nothing; the socket tells other
   * errors.
   */
  connectInside(root: string, path: string): Promise<Socket>;
  /** The path of what a path leads to, without symbolic links; undefined when there is nothing. */
  realPath(path: string): string | undefined;
  exists(path: string): boolean;
  /** The names in a folder; empty when it is not there or may not be read. */
  entries(path: string): string[];
  /** The number of entries of a folder; counting ends at a million. undefined as in `read`. */
  countEntries(path: string): number | undefined;
  /**
   * The text of a symbolic link, e.g. /proc/PID/ns/net → "net:[4026531833]"; undefined as in
   * `read`.
   */
  link(path: string): string | undefined;
  /**
   * How full the file system is to which a path leads for a process whose root is `root`. undefined
   * when the mount there is not, or no longer, the one with this number (proc_pid_mountinfo(5)).
   * The caller has to ask only for file systems whose answers come from this kernel: other ones may
   * never answer.
   */
  spaceInside(root: string, path: string, mountId: number): Promise<Space | undefined>;
  /** The owner and permissions of what such a path leads to; undefined as in `spaceInside`. */
  ownerInside(root: string, path: string, mountId: number): Promise<Owner | undefined>;
  /**
   * The first `most` names in the folder that such a path leads to; undefined as in `spaceInside`,
   * and for what is no folder.
   */
  namesInside(root: string, path: string, mountId: number, most: number): Promise<string[] | undefined>;
  /**
   * Bytes on the file system of a folder: those that are free for users other than root, and all
   * (statfs(2)).
   */
  diskSpace(folder: string): Promise<{ readonly free: number; readonly size: number }>;
}

/** A file of the kernel's that is open. */
export interface KeptFile {
  /**
   * Its text now, at most the first MiB. undefined when what it tells of is gone: a cgroup that was
   * removed, a process that has ended.
   */
  read(): string | undefined;
  close(): void;
}

/** Writes files in the name of the person who asked. */
export interface FileWriter {
  /**
   * Opens a file to be filled, with a person's rights and in their name; makes it when it is not
   * there. What it holds stays. Throws a system error, and a DbgError for a file that another user
   * could have put there.
   */
  create(path: string, person: Person | undefined, options?: CreateOptions): Promise<CreatedFile>;
  /** Removes such a file. It is no error when the file is gone. */
  remove(path: string, person: Person | undefined): void;
  /**
   * Gives such a file its final name, when all is in it. Throws a system error, EEXIST when
   * something has that name: nothing is written over. A file system without hard links (vfat)
   * leaves a moment between looking for the name and taking it.
   */
  settle(path: string, name: string, person: Person | undefined): Promise<void>;
  /**
   * Short texts by name, kept until the next boot in a folder that root alone can write to and look
   * into: for what nobody else may forge.
   */
  readonly notes: Notes;
}

/** Tells which other users can change something that dbg depends on. */
export interface OwnershipChecks {
  /**
   * Whether anyone but root and this person could exchange a folder on the way to this absolute
   * path, or what is in it. Without a person, dbg's own user counts. Throws a system error when the
   * path cannot be looked at.
   */
  isOthers(folder: string, person: Person | undefined): boolean;
  /**
   * Whether another user than root may change the code in these folders, and who, or why that is
   * unknown; undefined: nobody.
   */
  changeableCode(folders: readonly string[]): Changeable | undefined;
}

/** Sizes in bytes, and numbers of files. */
export interface Space {
  readonly size: number;
  readonly used: number;
  /** bytes for users other than root: some file systems keep a part for root */
  readonly available: number;
  /** 0 when the file system does not limit them */
  readonly inodes: number;
  readonly usedInodes: number;
}

/** The owner's numbers are the host's (inode(7)). */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
  /** the permission bits */
  readonly mode: number;
  readonly isFolder: boolean;
}

/** What a path leads to inside a root. */
export type Inside =
  | { readonly kind: 'folder' | 'FIFO' | 'socket' | 'character device' | 'block device' }
  | {
      readonly kind: 'file';
      /**
       * The next bytes; empty at the end. They are valid until the next call. Throws a system
       * error.
       */
      next(): Promise<Buffer>;
      close(): void;
    };

export interface Notes {
  /** Empty when there is no such folder, the folder is not root's alone, or dbg is not root. */
  all(): ReadonlyMap<string, string>;
  /** Throws a DbgError when the note cannot be written. */
  write(name: string, text: string): void;
  remove(name: string): void;
}

/** A regular file as it was when it was looked at. */
export interface FileFacts {
  /** the same for the same file, whatever the path */
  readonly id: string;
  readonly size: number;
  /** the number of its names (hard links) */
  readonly links: number;
  /** the owners of the folders on the way: they could put another file in its place */
  readonly folderOwners: readonly number[];
}

export interface OutputFile {
  /**
   * Writes at the end of what is there. `written` is how many bytes were written, also when it
   * fails, as on a full disk.
   */
  write(parts: readonly Buffer[]): Promise<{ readonly written: number; readonly error: Error | undefined }>;
  truncate(length: number): Promise<void>;
  /**
   * Calls back when nobody reads the file any more, until the function it gives back is called.
   * Only where a file can have a reader.
   */
  whenReaderLeaves?(onEvent: () => void): () => void;
  close(): Promise<void>;
}

/** An output file that is open in this process, and so in all its threads. */
export interface OpenFile extends OutputFile {
  readonly descriptor: number;
}

/** An output file that `create` opened. */
export interface CreatedFile extends OpenFile {
  /** as it was when it was opened */
  readonly stats: Pick<Stats, 'mode' | 'size' | 'isFile' | 'isFIFO'>;
  readonly isNew: boolean;
}

export interface CreateOptions {
  /** the mode of a new file; left out: 0644 */
  readonly mode?: number;
  /** every write goes to the end of the file as it is then */
  readonly append?: boolean;
  /** Called once when the file is a FIFO that nobody reads; dbg then waits for a reader. */
  readonly waits?: () => void;
}

/** Somebody for whom root's dbg works. */
export interface Person {
  readonly login: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Does something with a person's rights: user, group and supplementary groups. The whole process
 * has these rights until `act` returns.
 */
export type Become = <T>(person: Person, act: () => T) => T;
