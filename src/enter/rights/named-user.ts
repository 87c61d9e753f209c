import { usageError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { shellQuote } from '../../text.ts';
import type { Target } from '../target.ts';
import { isId, userFile } from './user-files.ts';

/** Whether `user` has a name in it, and not numbers alone: `docker exec -u www-data:adm`. */
export const isNamed = (user: string): boolean =>
  /^[A-Za-z_0-9][\w.-]*(:[A-Za-z_0-9][\w.-]*)?$/.test(user) && /[A-Za-z_]/.test(user);

/**
 * The numbers of a user by the container's own /etc/passwd and /etc/group, as the engine reads
 * them. The user's groups belong to it, unless a group is named. The numbers are those of the
 * container's user namespace. Throws a usage error for a name that is not there.
 */
export function namedUser(
  host: Host,
  { container, pid }: Target,
  named: string,
): { readonly uid: number; readonly gid: number; readonly groups: readonly number[] } {
  const lines = (file: 'passwd' | 'group') =>
    userFile(host, pid, file)
      .split('\n')
      .map((line) => line.split(':'));
  const missing = (what: string, file: 'passwd' | 'group') =>
    usageError(`container "${container.name}" has no ${what} in its /etc/${file}`, [
      { what: 'which it has', command: `dbg cat ${shellQuote(container.name)} /etc/${file}` },
    ]);

  const [user = '', group] = named.split(':');
  const entry = lines('passwd').find(([name, , uid]) => name === user || (isId(user) && uid === user));
  if (!isId(user) && !isId(entry?.[2])) throw missing(`user "${user}"`, 'passwd');
  const uid = Number(isId(user) ? user : entry![2]);
  const groups = lines('group').filter(([, , gid]) => isId(gid));
  if (group !== undefined) {
    const gid = isId(group) ? group : groups.find(([name]) => name === group)?.[2];
    if (gid === undefined) throw missing(`group "${group}"`, 'group');
    return { uid, gid: Number(gid), groups: [] };
  }
  const login = entry?.[0] ?? '';
  return {
    uid,
    gid: Number(isId(entry?.[3]) ? entry![3] : 0),
    groups: groups.filter(([, , , members = '']) => members.split(',').includes(login)).map(([, , gid]) => Number(gid)),
  };
}
