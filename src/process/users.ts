import { parseIdMap, idInside } from '../proc/pid/id-map.ts';
import { userFile } from '../enter/rights/user-files.ts';
import type { Host } from '../host/host.ts';

/** What a container calls a user of the host. */
export interface User {
  /** the number in the container's user namespace; undefined when the user has none there */
  readonly uid: number | undefined;
  /** the name in the container's /etc/passwd */
  readonly name: string | undefined;
}

/**
 * Gives a function that translates a user id of the host to the user of that process' container.
 */
export function usersOf(host: Host, pid: number): (hostUid: number) => User {
  const names = parsePasswd(userFile(host, pid, 'passwd'));
  // In dbg's own user namespace the numbers are the container's already. /proc/PID/uid_map would
  // then translate to the parent namespace.
  const isOwn = host.link(`/proc/${pid}/ns/user`) === host.link('/proc/self/ns/user');
  const map = isOwn ? undefined : parseIdMap(host.read(`/proc/${pid}/uid_map`) ?? '');
  return (hostUid) => {
    const uid = map === undefined ? hostUid : idInside(map, hostUid);
    return { uid, name: uid === undefined ? undefined : names.get(uid) };
  };
}

/**
 * Reads passwd(5): names by user id. The first line with a number wins, as with getpwuid(3).
 * Malformed lines are skipped.
 */
export function parsePasswd(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name, , uid, ...rest] = line.split(':');
    if (name && rest.length > 0 && /^\d{1,10}$/.test(uid ?? '') && !names.has(Number(uid)))
      names.set(Number(uid), name);
  }
  return names;
}
