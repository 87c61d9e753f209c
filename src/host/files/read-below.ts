import { closeSync, constants as fs, fstatSync, openSync, type Stats } from 'node:fs';
import { O_PATH, readNamed } from '../../bounded-file.ts';
import type { FileFacts } from '../host-files.ts';

/** See Host.readBelow. */
export function readBelow(folder: string, path: string, limit: number): string | undefined {
  return below(folder, path, (named) => readNamed(named, limit).bytes.toString('utf8'));
}

/** See Host.lookBelow. */
export function lookBelow(folder: string, path: string): FileFacts | undefined {
  return below(folder, path, (_, { dev, ino, size, nlink }, folders) => ({
    id: `${dev}:${ino}`,
    size,
    links: nlink,
    folderOwners: [...new Set(folders.map(({ uid }) => uid))],
  }));
}

/**
 * Finds a regular file without following a symbolic link, and calls `act` with it. Each folder on
 * the way is held open, and the next name is looked up in it, as openat(2) does. So the other side
 * can at no moment put a link in place of what was checked. undefined when there is no such file.
 */
function below<T>(
  folder: string,
  path: string,
  act: (named: number, facts: Stats, folders: readonly Stats[]) => T,
): T | undefined {
  const opened: number[] = [];
  const open = (name: string, flags: number) => {
    opened.push(openSync(name, O_PATH | flags));
    return opened.at(-1)!;
  };
  const names = path.split('/').filter(Boolean);
  if (names.includes('..')) return undefined;
  try {
    let at = open(folder, fs.O_DIRECTORY);
    for (const [index, name] of names.entries()) {
      const onTheWay = index < names.length - 1 ? fs.O_DIRECTORY : 0;
      at = open(`/proc/self/fd/${at}/${name}`, fs.O_NOFOLLOW | onTheWay);
    }
    const [facts, ...folders] = opened.map((fd) => fstatSync(fd)).toReversed();
    return facts?.isFile() ? act(at, facts, folders) : undefined;
  } catch {
    return undefined;
  } finally {
    opened.forEach((fd) => closeSync(fd));
  }
}
