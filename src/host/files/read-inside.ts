import { closeSync, constants as fs, fstatSync, openSync, read, readlinkSync, type Stats } from 'node:fs';
import { promisify } from 'node:util';
import type { Inside } from '../host-files.ts';
import { O_PATH } from '../../bounded-file.ts';

/**
 * As many links as the kernel follows on one path (MAXSYMLINKS), and more nested folders than
 * anybody has.
 */
const MOST = { links: 40, folders: 256 };

/**
 * See Host.openInside. Node has no openat2(2), so dbg walks the path itself:
 *
 * - Each name is looked up in a folder that is held open. So the other side can at no moment put a
 *   link in place of what was checked.
 * - Each link is read and followed here. Its target begins at the root that was opened first, or in
 *   the folder where the link is.
 * - `..` goes back to the folder that was passed, and not beyond the first one.
 * - A link of /proc that names a process' root or files is followed by its text, inside the root,
 *   as any other link.
 */
export function openInside(root: string, path: string): Inside {
  const at = pathInside(root, path);
  try {
    const kind = kindOf(fstatSync(at));
    if (kind !== 'file') return { kind };
    // O_NONBLOCK: leases on the file and the like are not waited for.
    return { kind, ...openedFile(openSync(`/proc/self/fd/${at}`, fs.O_RDONLY | fs.O_NONBLOCK | fs.O_NOCTTY)) };
  } finally {
    closeSync(at);
  }
}

/**
 * A descriptor (O_PATH) of what a path leads to, in the same way. The caller has to close it.
 * Throws a system error.
 */
export function pathInside(root: string, path: string): number {
  const held: number[] = [];
  try {
    held.push(openSync(root, O_PATH | fs.O_DIRECTORY));
    walk(held, path);
    return held.pop()!;
  } finally {
    held.forEach((fd) => closeSync(fd));
  }
}

/** Names are bytes, with one character for each: a container may use any byte but "/" and NUL. */
const bytesOf = (name: string) => Buffer.from(name, 'latin1');

/**
 * Walks a path. Afterwards the last descriptor of `held` is what the path leads to. Before it are
 * the folders that it is in, from the root on.
 */
function walk(held: number[], path: string): void {
  const names = Buffer.from(path).toString('latin1').split('/');
  let links = 0;
  while (names.length > 0) {
    const name = names.shift()!;
    const at = held.at(-1)!;
    if (name === '' || name === '.' || name === '..') {
      if (!fstatSync(at).isDirectory()) throw systemError('ENOTDIR');
      if (name === '..' && held.length > 1) closeSync(held.pop()!);
      continue;
    }
    const entry = bytesOf(`/proc/self/fd/${at}/${name}`);
    held.push(openSync(entry, O_PATH | fs.O_NOFOLLOW));
    if (held.length > MOST.folders) throw systemError('ENAMETOOLONG');
    if (!fstatSync(held.at(-1)!).isSymbolicLink()) continue;
    closeSync(held.pop()!);
    if (++links > MOST.links) throw systemError('ELOOP');
    const target = targetOf(entry);
    if (target === undefined) {
      // Something that is no link has been put there since: the name is looked up again.
      names.unshift(name);
      continue;
    }
    if (target.startsWith('/')) held.splice(1).forEach((fd) => closeSync(fd));
    names.unshift(...target.split('/'));
  }
}

function targetOf(entry: Buffer): string | undefined {
  try {
    return readlinkSync(entry, 'buffer').toString('latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') return undefined;
    throw error;
  }
}

const systemError = (code: string) => Object.assign(new Error(code), { code });

function kindOf(stat: Stats): Inside['kind'] {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'folder';
  if (stat.isFIFO()) return 'FIFO';
  if (stat.isSocket()) return 'socket';
  return stat.isCharacterDevice() ? 'character device' : 'block device';
}

const PIECE = 256 * 1024;

function openedFile(fd: number): Omit<Extract<Inside, { kind: 'file' }>, 'kind'> {
  const buffer = Buffer.alloc(PIECE);
  return {
    next: async () => {
      const { bytesRead } = await promisify(read)(fd, buffer, 0, PIECE, null);
      return buffer.subarray(0, bytesRead);
    },
    close: () => closeSync(fd),
  };
}
