import { closeSync, constants as fs, fstatSync, openSync, readSync } from 'node:fs';

/** Names a file without opening it: no device is woken, no pipe waited for (open(2); Node has no name for it). */
export const O_PATH = 0o10000000;

/**
 * See Host.readBelow. Each folder on the way is held open and the next name looked up in it, as openat(2) does: there is no
 * moment at which the other side could put a link in place of what was checked.
 */
export function readBelow(folder: string, path: string, limit: number): string | undefined {
  const opened: number[] = [];
  const open = (name: string, flags: number) => {
    opened.push(openSync(name, flags));
    return opened.at(-1)!;
  };
  const names = path.split('/').filter(Boolean);
  if (names.includes('..')) return undefined;
  try {
    let at = open(folder, O_PATH | fs.O_DIRECTORY);
    for (const [index, name] of names.entries()) {
      const onTheWay = index < names.length - 1 ? fs.O_DIRECTORY : 0;
      at = open(`/proc/self/fd/${at}/${name}`, O_PATH | fs.O_NOFOLLOW | onTheWay);
    }
    if (!fstatSync(at).isFile()) return undefined;
    return beginning(open(`/proc/self/fd/${at}`, fs.O_RDONLY), limit);
  } catch {
    return undefined;
  } finally {
    opened.forEach((fd) => closeSync(fd));
  }
}

function beginning(fd: number, limit: number): string {
  const buffer = Buffer.alloc(limit);
  let length = 0;
  for (let read = -1; read !== 0 && length < limit; length += read) {
    read = readSync(fd, buffer, length, limit - length, null);
  }
  return buffer.toString('utf8', 0, length);
}
