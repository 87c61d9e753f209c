import {
  closeSync,
  constants as fs,
  fstatSync,
  linkSync,
  openSync,
  readlinkSync,
  renameSync,
  statfsSync,
  unlinkSync,
  type Stats,
} from 'node:fs';
import { O_PATH } from '../../bounded-file.ts';
import { DbgError, errorCode } from '../../errors.ts';
import { shellQuote } from '../../text.ts';
import { isHeld, isTrusted, type Who } from './trust.ts';

/** As many symbolic links as the kernel follows (path_resolution(7)). */
const MOST_LINKS = 40;
/**
 * The type of the file system proc (statfs(2), PROC_SUPER_MAGIC). Its links lead to what a process
 * has open.
 */
const PROC = 0x9fa0;

export interface OpenedOutput {
  readonly descriptor: number;
  /** the facts of what was opened (fstat(2)) */
  readonly stats: Stats;
  readonly isNew: boolean;
}

/**
 * Opens a file to be filled, in the name of `who`, or makes it. What it holds stays. Gives "unread"
 * for a FIFO that nobody reads. Throws a system error, and a DbgError for a file that somebody else
 * could have put there.
 *
 * Other users may exchange what is in their folders between any two looks. So each folder on the
 * way is held open, and the next name is looked up in it, as openat(2) does. What a name means is
 * looked at without opening it, and then exactly that is opened.
 *
 * - A link is followed when nobody but root and `who` could have made it.
 * - A file that is there has to belong to root or `who`: another owner could read it. It has to
 *   have one name only: a hard link may lead to a file of root's.
 */
export function openOutput(path: string, who: Who, mode: number, append: boolean): OpenedOutput | 'unread' {
  const flags = fs.O_WRONLY | (append ? fs.O_APPEND : 0);
  return walk(path, who, (walker) => {
    for (let tries = 0; tries < 100; tries++) {
      const name = walker.entry();
      try {
        const descriptor = openSync(name, flags | fs.O_CREAT | fs.O_EXCL | fs.O_NOFOLLOW, mode);
        return { descriptor, stats: fstatSync(descriptor), isNew: true };
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
      }
      const there = walker.look();
      if (there === undefined || walker.follow(there)) continue;
      if (!there.isOwn) requireOwn(path, there.stats, who);
      try {
        const descriptor = openSync(there.path, flags | fs.O_NONBLOCK | fs.O_NOCTTY);
        return { descriptor, stats: fstatSync(descriptor), isNew: false };
      } catch (error) {
        if (errorCode(error) === 'ENXIO' && there.stats.isFIFO()) return 'unread';
        throw error;
      }
    }
    throw new DbgError(`${path} is replaced again and again while dbg opens it`);
  });
}

/** Removes such a file. It is no error when the file is gone. */
export function removeOutput(path: string, who: Who): void {
  walk(path, who, (walker) => {
    try {
      unlinkSync(walker.entry());
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  });
}

/** See FileWriter.settle. link(2) fails where the name is taken; rename(2) would not. */
export function settleOutput(path: string, name: string, who: Who): void {
  walk(path, who, (from) =>
    walk(name, who, (to) => {
      try {
        linkSync(from.entry(), to.entry());
      } catch (error) {
        if (!WITHOUT_LINKS.has(errorCode(error) ?? '')) throw error;
        if (to.look() !== undefined) throw Object.assign(new Error('EEXIST: file already exists'), { code: 'EEXIST' });
        renameSync(from.entry(), to.entry());
        return;
      }
      unlinkSync(from.entry());
    }),
  );
}

/** What link(2) says on a file system that has no hard links. */
const WITHOUT_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * Whether anyone but root and `who` could exchange this folder, or put something into it. True also
 * when a link on the way is one that others can make. Throws a system error when the folder cannot
 * be looked at: one that is not there yet may be somebody else's in a moment.
 */
export function isOthers(folder: string, who: Who): boolean {
  try {
    return walk(`${folder}/.`, who, (walker) => !walker.isHeld());
  } catch (error) {
    if (error instanceof DbgError) return true;
    throw error;
  }
}

function requireOwn(path: string, stats: Stats, who: Who): void {
  const why = stats.isSocket()
    ? 'is a socket'
    : stats.isBlockDevice()
      ? 'is a disk'
      : stats.isCharacterDevice() || stats.isDirectory()
        ? undefined
        : !isTrusted(stats, who)
          ? `belongs to somebody else (user ${stats.uid}), who could read what goes into it`
          : stats.isFile() && stats.nlink > 1
            ? `has a second name (a hard link), so it may be somebody else's file`
            : undefined;
  if (why !== undefined) throw refused(path, why);
}

const refused = (path: string, why: string) =>
  new DbgError(`${path} ${why}: nothing is written into it`, {
    next: [{ what: 'see what it is, or take another name', command: `ls -l ${shellQuote(path)}` }],
  });

interface Named {
  /** the path by which exactly this is opened */
  readonly path: string;
  readonly stats: Stats;
  /**
   * It is a link of proc's, such as /proc/self/fd/1: it leads to what this process or another one
   * has open.
   */
  readonly isOwn: boolean;
}

interface Walker {
  /** the path of the last name, in the folder that holds it */
  entry(): string;
  /** what has that name now; undefined: nothing */
  look(): Named | undefined;
  /** Goes on to where it leads, if it is a link. Tells whether it is one. */
  follow(named: Named): boolean;
  /**
   * whether only root and `who` could exchange any folder on the way, or change what the last one
   * holds
   */
  isHeld(): boolean;
}

/**
 * Walks to the folder of a path's last name, and calls `use` there. Afterwards it closes all that
 * it held open.
 */
function walk<T>(path: string, who: Who, use: (walker: Walker) => T): T {
  const opened: number[] = [];
  const hold = (name: string, flags = 0) => {
    opened.push(openSync(name, O_PATH | flags));
    return opened.at(-1)!;
  };
  let at = -1;
  let names: string[] = [];
  let links = 0;
  let isHeldSoFar = true;
  const inFolder = (name: string) => `/proc/self/fd/${at}/${name}`;
  const start = (text: string) => {
    if (text.startsWith('/')) at = hold('/', fs.O_DIRECTORY);
    names = [...text.split('/').filter((name) => name !== ''), ...names];
    if (names.length === 0) names = ['.'];
  };
  const look = (name: string): Named | undefined => {
    try {
      const descriptor = hold(inFolder(name), fs.O_NOFOLLOW);
      const stats = fstatSync(descriptor);
      const isOwn = stats.isSymbolicLink() && statfsSync(`/proc/self/fd/${at}`).type === PROC;
      return { path: isOwn ? inFolder(name) : `/proc/self/fd/${descriptor}`, stats, isOwn };
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  };
  const follow = ({ stats, isOwn }: Named, name: string): boolean => {
    if (!stats.isSymbolicLink() || isOwn) return false;
    if (++links > MOST_LINKS) throw refused(path, 'leads through too many symbolic links');
    if (!isTrusted(stats, who) || !isHeld(fstatSync(at), stats, who)) {
      throw refused(
        path,
        `leads through a symbolic link that somebody else can replace (${name}, of user ${stats.uid})`,
      );
    }
    start(readlinkSync(inFolder(name)));
    return true;
  };
  const enter = () => {
    while (names.length > 1) {
      const name = names.shift()!;
      const named = look(name);
      if (named && follow(named, name)) continue;
      if (named && !isHeld(fstatSync(at), named.stats, who)) isHeldSoFar = false;
      // When nothing has that name, opening it gives the kernel's error. O_NOFOLLOW: a link that
      // has been made since is not followed unchecked.
      at = named ? hold(named.path, fs.O_DIRECTORY) : hold(inFolder(name), fs.O_DIRECTORY | fs.O_NOFOLLOW);
    }
  };
  try {
    at = hold('.', fs.O_DIRECTORY);
    start(path);
    enter();
    // Such a path can only name a folder: opening it gives the kernel's error.
    if (path === '' || path.endsWith('/')) closeSync(openSync(path, fs.O_WRONLY));
    return use({
      entry: () => inFolder(names[0]!),
      look: () => look(names[0]!),
      follow: (named) => {
        const name = names.shift()!;
        const isLink = follow(named, name);
        if (isLink) enter();
        else names.unshift(name);
        return isLink;
      },
      isHeld: () => isHeldSoFar && isHeld(fstatSync(at), fstatSync(at), who),
    });
  } finally {
    opened.forEach((descriptor) => closeSync(descriptor));
  }
}
