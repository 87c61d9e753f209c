import { readdirSync, readFileSync, statSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode, errorMessage } from '../../errors.ts';
import { isHeld, othersMayChange, type Who } from './trust.ts';

const ROOT: Who = { uid: 0, gid: 0 };

/**
 * A part of dbg's own code that somebody may change, and who: "user 1000", "group 1000" or
 * "everybody". Or one of which that is unknown, as it cannot be looked at, and why.
 */
export type Changeable = { readonly path: string } & ({ readonly who: string } | { readonly unknown: string });

/**
 * Finds what another user than root may change: the code in these folders, or a folder on the way
 * to them. What that user puts there would be run by root the next time. undefined when there is
 * nothing. It takes 0.2 ms.
 * A part that cannot be looked at, as in a home on NFS that root may not read, is found only where
 * nothing else is.
 */
export function changeableCode(folders: readonly string[]): Changeable | undefined {
  const seen = new Map<string, Stats>();
  let unknown: Changeable | undefined;
  const look = (path: string) => {
    if (!seen.has(path)) seen.set(path, statSync(path));
    return seen.get(path)!;
  };
  const tried = (path: string, find: () => Changeable | undefined): Changeable | undefined => {
    try {
      return find();
    } catch (error) {
      // Where such a folder is not there, nothing of it is run.
      if (errorCode(error) !== 'ENOENT' || !folders.includes(path)) unknown ??= { path, unknown: errorMessage(error) };
      return undefined;
    }
  };
  const onTheWay = (path: string): Changeable | undefined => {
    const parent = dirname(path);
    if (parent === path) return undefined;
    return onTheWay(parent) ?? (isHeld(look(parent), look(path), ROOT) ? undefined : changeable(parent, look(parent)));
  };
  const inside = (path: string): Changeable | undefined => {
    const found = othersMayChange(look(path), ROOT) ? changeable(path, look(path)) : undefined;
    if (found !== undefined || !look(path).isDirectory()) return found;
    return first(readdirSync(path), (name) => tried(join(path, name), () => inside(join(path, name))));
  };
  return first(folders, (folder) => tried(folder, () => onTheWay(folder) ?? inside(folder))) ?? unknown;
}

function first<T, R>(all: readonly T[], look: (each: T) => R | undefined): R | undefined {
  for (const each of all) {
    const found = look(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

function changeable(path: string, { uid, gid, mode }: Stats): Changeable | undefined {
  if (uid !== 0) return { path, who: `user ${uid}` };
  if (mode & 0o002) return { path, who: 'everybody' };
  return hasMembers(gid) ? { path, who: `group ${gid}` } : undefined;
}

/**
 * Whether a group has members. Debian's group "staff" may write to /usr/local on older systems, and
 * has none. A group that is not in /etc/group may be in a directory service, so it counts as having
 * some.
 */
function hasMembers(gid: number): boolean {
  try {
    const isMain = readFileSync('/etc/passwd', 'latin1')
      .split('\n')
      .some((line) => line.split(':')[3] === String(gid));
    const line = readFileSync('/etc/group', 'latin1')
      .split('\n')
      .find((each) => each.split(':')[2] === String(gid));
    return isMain || line === undefined || !line.endsWith(':');
  } catch {
    return true;
  }
}
