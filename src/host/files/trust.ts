import type { Stats } from 'node:fs';

/** A user, and the main group, in whose name something is done. */
export interface Who {
  readonly uid: number;
  readonly gid: number;
}

type Owned = Pick<Stats, 'uid' | 'gid' | 'mode'>;

/** Whether something belongs to root or to this user. */
export const isTrusted = ({ uid }: Pick<Owned, 'uid'>, who: Who): boolean => uid === 0 || uid === who.uid;

/** Whether anyone but root and this user may change what a file or a folder holds. */
export function othersMayChange(of: Owned, who: Who): boolean {
  const isGroups = (of.mode & 0o020) !== 0 && of.gid !== 0 && of.gid !== who.gid;
  return !isTrusted(of, who) || isGroups || (of.mode & 0o002) !== 0;
}

/**
 * Whether nobody but root and this user may put something else in the place of `entry`, which is in
 * `folder`. In a sticky folder, such as /tmp, other users can do that only to their own entries
 * (inode(7), S_ISVTX).
 */
export function isHeld(folder: Owned, entry: Owned, who: Who): boolean {
  if (!othersMayChange(folder, who)) return true;
  return (folder.mode & 0o1000) !== 0 && isTrusted(folder, who) && isTrusted(entry, who);
}
