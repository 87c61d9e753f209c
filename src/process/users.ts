import { parseIdMap, idInside } from '../proc/id-map.ts';
import { userFile } from '../enter/rights/user-files.ts';
import type { Host } from '../host/host.ts';

/** What a user of the host is in a container. */
export interface User {
  /** in the container's user namespace; undefined when it has no number there */
  readonly uid: number | undefined;
  /** by the container's /etc/passwd */
  readonly name: string | undefined;
}

/** Gives for a user id of the host what the container of a process calls it. */
export function usersOf(host: Host, pid: number): (hostUid: number) => User {
  const names = parsePasswd(userFile(host, pid, 'passwd'));
  // In dbg's own user namespace the numbers are the container's already; its map would be the one to its parent.
  const isOwn = host.link(`/proc/${pid}/ns/user`) === host.link('/proc/self/ns/user');
  const map = isOwn ? undefined : parseIdMap(host.read(`/proc/${pid}/uid_map`) ?? '');
  return (hostUid) => {
    const uid = map === undefined ? hostUid : idInside(map, hostUid);
    return { uid, name: uid === undefined ? undefined : names.get(uid) };
  };
}

/** passwd(5): the first line with a number names it, as getpwuid(3) has it. Lines that are none are passed over. */
export function parsePasswd(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name, , uid, ...rest] = line.split(':');
    if (name && rest.length > 0 && /^\d{1,10}$/.test(uid ?? '') && !names.has(Number(uid)))
      names.set(Number(uid), name);
  }
  return names;
}
