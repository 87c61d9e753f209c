import { DbgError, usageError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { capsOf, type Credentials } from './credentials.ts';
import { isNamed, namedUser } from './named-user.ts';
import { differing, type Namespace } from '../joined-namespaces.ts';
import { type ProcessStatus } from '../../proc/pid/status.ts';
import { insideId, OVERFLOW_ID } from '../../proc/pid/id-map.ts';
import type { Target } from '../target.ts';
import { isId } from './user-files.ts';

/** What a program is to run as, as the person typed it. */
export interface CredentialsWish {
  /** UID[:GID], the container's NAME[:GROUP], or "container" */
  readonly user?: string;
  readonly caps?: 'container';
  /** all of root's rights, for a program of the container's */
  readonly fullRights?: boolean;
}

/**
 * The credentials of the program; undefined: root's, unchanged. A program of the container's has
 * the container's rights, unless the person wishes for all of root's.
 */
export function wishedCredentials(
  host: Host,
  target: Target,
  status: ProcessStatus,
  namespaces: readonly Namespace[],
  wish: CredentialsWish,
): Credentials | undefined {
  const { pid } = target;
  const isInside = namespaces.includes('mnt');
  const isConfined = isInside ? !wish.fullRights : wish.caps !== undefined;
  const joinsUsers = namespaces.includes('user');
  if (wish.fullRights && !isInside) throw fullRightsOutside();
  if (wish.fullRights && wish.caps) throw fullRightsAndCaps();
  // A new user namespace begins with all capabilities, which count inside it alone
  // (user_namespaces(7)).
  if (isConfined && !joinsUsers && differing(host, pid, ['user']).length > 0) throw capsOfOwnUsers(isInside);

  // In a user namespace that was joined, the host's root is nobody. So the program becomes root of
  // that namespace.
  const user = wish.user ?? (isInside && isConfined ? 'container' : joinsUsers ? '0' : undefined);
  if (user === undefined && !isConfined) return undefined;
  const caps = isConfined ? capsOf(status) : { boundingSet: undefined, noNewPrivileges: false };
  const inside = (kind: 'uid' | 'gid', id: number) =>
    joinsUsers ? insideId(host.read(`/proc/${pid}/${kind}_map`) ?? '', id) : id;
  // With the container's files, a name means what the container's own files say.
  if (isInside && user !== undefined && user !== 'container' && isNamed(user)) {
    return { ...caps, ids: namedUser(host, target, user) };
  }
  return { ...caps, ids: user === undefined ? undefined : parseUser(user, status, inside) };
}

const fullRightsOutside = () =>
  usageError("--full-rights is for --all and --ns mnt: a tool of the host has all of root's rights anyway", [
    { what: 'without', command: 'dbg …' },
  ]);

const fullRightsAndCaps = () =>
  usageError('--full-rights and --caps container contradict each other', [
    { what: "the container's rights are the default", command: 'dbg … --all …' },
  ]);

const capsOfOwnUsers = (isInside: boolean) =>
  new DbgError(
    "refused: the container's capabilities are those of its own user namespace, and would allow more on the host",
    {
      next: [
        isInside
          ? { what: 'join its user namespace too', command: 'dbg … --ns …,user …' }
          : { what: "the engine's own exec", command: 'docker exec …' },
      ],
    },
  );

/**
 * @param inside gives the number that the joined user namespace has for an id of the host
 */
function parseUser(
  user: string,
  { uid: itsUid, gid: itsGid, groups }: ProcessStatus,
  inside: (kind: 'uid' | 'gid', id: number) => number,
): NonNullable<Credentials['ids']> {
  if (user === 'container') {
    return {
      uid: inside('uid', itsUid),
      gid: inside('gid', itsGid),
      groups: groups.map((group) => inside('gid', group)).filter((group) => group !== OVERFLOW_ID),
    };
  }
  const [uid, gid = uid, ...more] = user.split(':');
  if (isId(uid) && isId(gid) && more.length === 0) return { uid: Number(uid), gid: Number(gid), groups: [] };
  const why = /^[\d:]+$/.test(user)
    ? 'a number is at most 2147483647'
    : 'a name may be another user on the host than in the container';
  throw usageError(`--user takes UID, UID:GID or "container", not "${user}": ${why}`, [
    { what: "the container's users", command: 'docker exec … cat /etc/passwd' },
  ]);
}
