import {
  closeSync,
  constants as fs,
  fstatSync,
  openSync,
  readlinkSync,
  statfsSync,
  unlinkSync,
  type Stats,
} from 'node:fs';
import { O_PATH } from '../../bounded-file.ts';
import { DbgError, errorCode } from '../../errors.ts';
import { shellQuote } from '../../text.ts';
import { isHeld, isTrusted, type Who } from './trust.ts';

/** As many links as the kernel follows (path_resolution(7)). */
const MOST_LINKS = 40;
/** proc's links lead to what a process has open (statfs(2), PROC_SUPER_MAGIC). */
const PROC = 0x9fa0;

export interface OpenedOutput {
  readonly descriptor: number;
  /** of what was opened (fstat(2)) */
  readonly stats: Stats;
  readonly isNew: boolean;
}

/**
 * Opens a file to be filled, in the name of `who`, or makes it; what it holds stays. Gives "unread" for a FIFO that nobody reads. Throws a
 * system error, and a DbgError for what somebody else could have put there.
 *
 * Other users may exchange what is in their folders between any two looks. So each folder on the way is held open and the next name
 * looked up in it, as openat(2) does; what a name means is looked at without opening it, and exactly that is opened then.
 * - A link is followed where nobody but root and `who` could have made it.
 * - A file that is there belongs to root or `who`, and has one name: another one's would be his to read, and a hard link may lead to root's.
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
    throw new DbgError(`${path} is exchanged all the time`);
  });
}

/** Takes such a file away; it is no failure when it has gone. */
export function removeOutput(path: string, who: Who): void {
  walk(path, who, (walker) => {
    try {
      unlinkSync(walker.entry());
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  });
}

/** Whether somebody but root and `who` could put another folder in the place of this one, or something into it. False where it cannot be looked at. */
export function isOthers(folder: string, who: Who): boolean {
  try {
    return walk(`${folder}/.`, who, (walker) => !walker.isHeld());
  } catch (error) {
    return error instanceof DbgError;
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
            ? `has another name (a hard link), by which it may be somebody else's`
            : undefined;
  if (why !== undefined) throw refused(path, why);
}

const refused = (path: string, why: string) =>
  new DbgError(`${path} ${why}: nothing is written into it`, {
    next: [{ what: 'see what it is, or take another name', command: `ls -l ${shellQuote(path)}` }],
  });

interface Named {
  /** by which exactly this is opened */
  readonly path: string;
  readonly stats: Stats;
  /** one that this process has open itself, or that another one has: /proc/self/fd/1 */
  readonly isOwn: boolean;
}

interface Walker {
  /** the last name, in the folder that it is in */
  entry(): string;
  /** what has that name now; undefined: nothing */
  look(): Named | undefined;
  /** Goes on to where it leads, if it is a link. */
  follow(named: Named): boolean;
  /** whether only root and `who` could exchange any folder on the way, or change the last one */
  isHeld(): boolean;
}

/** Walks to the folder of a path's last name, and closes what it holds open when that has been used. */
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
    if (++links > MOST_LINKS) throw refused(path, 'leads from one symbolic link to the next');
    if (!isTrusted(stats, who) || !isHeld(fstatSync(at), stats, who)) {
      throw refused(path, `is, or passes, a symbolic link that somebody else can make (${name}, of user ${stats.uid})`);
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
      // Where there was nothing, the kernel says so; a link that has come by now is not followed unseen.
      at = named ? hold(named.path, fs.O_DIRECTORY) : hold(inFolder(name), fs.O_DIRECTORY | fs.O_NOFOLLOW);
    }
  };
  try {
    at = hold('.', fs.O_DIRECTORY);
    start(path);
    enter();
    // A folder, whatever is there: the kernel says so.
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
