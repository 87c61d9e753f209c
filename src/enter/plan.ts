import { resolve } from 'node:path';
import { DbgError, EXIT } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { shellQuote } from '../text.ts';
import { cgroupProcs, parseCgroupMounts, parsePlaces } from './cgroup.ts';
import { capsOf, type Credentials } from './credentials.ts';
import { disguised, FOR_THE_CONTAINERS, parseVariables, type Variables } from './environment.ts';
import { DEFAULT_NAMESPACES, differing, FULL_ENTRY, type Namespace, parseNamespaces } from './namespaces.ts';
import { type Entry, WAY_IN } from './nsenter.ts';
import { insideId, parseProcessStatus, type ProcessStatus } from './process-status.ts';
import type { Target } from './target.ts';
import { planView } from './view.ts';

/** How a person wants to enter; all as they typed it. */
export interface EntryWish {
  readonly ns?: string;
  readonly all?: boolean;
  readonly hostView?: boolean;
  readonly cgroup?: boolean;
  /** UID[:GID], or "container" */
  readonly user?: string;
  readonly caps?: 'container';
  readonly workdir?: string;
  readonly env?: readonly string[];
}

/** What else an entry starts from. */
export interface Surroundings {
  /** dbg's working directory */
  readonly here: string;
  /** the person's environment */
  readonly own: Readonly<Record<string, string | undefined>>;
  /** variables of the container that the tool is to have */
  readonly given: Variables;
}

export interface Plan {
  readonly entry: Entry;
  /** what is added to the environment */
  readonly env: Variables;
  /** what of dbg's own environment the program gets; undefined: all */
  readonly keep: RegExp | undefined;
}

/** Turns a wish into a plan; reads /proc and changes nothing. Throws a DbgError for what cannot be had. */
export function planEntry(host: Host, target: Target, wish: EntryWish, { here, own, given }: Surroundings): Plan {
  const { container, pid } = target;
  const path = (program: string) => host.find(program).path;
  const namespaces = wishedNamespaces(host, pid, wish);
  const isInside = namespaces.includes('mnt');
  const hasView = namespaces.includes('net') && !isInside && wish.hostView !== true;
  const status = () => parseProcessStatus(host.read(`/proc/${pid}/status`) ?? '');
  const variables = { ...given, ...parseVariables(wish.env ?? [], own) };
  const entry: Entry = {
    namespaces,
    view: hasView ? planView(host, container) : undefined,
    cgroupProcs: wish.cgroup ? joinable(host, target) : [],
    directory: resolve(isInside ? container.workingDir : here, wish.workdir ?? '.'),
    credentials: wishedCredentials(wish, isInside, differing(host, pid, ['user']).length > 0, {
      status,
      inside: (kind, id) =>
        namespaces.includes('user') ? insideId(host.read(`/proc/${pid}/${kind}_map`) ?? '', id) : id,
    }),
    variables: Object.keys(variables),
    // With another PATH the tool is found, but not the programs on the way to it.
    programs: 'PATH' in variables ? { nsenter: path('nsenter'), setpriv: path('setpriv'), sh: path('sh') } : WAY_IN,
  };
  // The container's files, for tools that stay with the host's: docker exec sees them at "/".
  const root = isInside ? {} : { DBG_ROOT: `/proc/${pid}/root` };
  return { entry, env: { ...root, ...disguised(variables) }, keep: isInside ? FOR_THE_CONTAINERS : undefined };
}

function wishedNamespaces(host: Host, pid: number, { ns, all }: EntryWish): Namespace[] {
  const wished = all ? FULL_ENTRY : ns === undefined ? DEFAULT_NAMESPACES : parseNamespaces(ns);
  const optional: readonly Namespace[] = ['user', 'cgroup'];
  const different = differing(host, pid, optional);
  return wished.filter((name) => !optional.includes(name) || different.includes(name));
}

function joinable(host: Host, { container, pid }: Target): string[] {
  if (container.state.status === 'paused') {
    throw new DbgError(`container "${container.name}" is paused: what joins its cgroup is frozen with it`, {
      next: [{ what: 'let it go on', command: `docker unpause ${shellQuote(container.name)}` }],
    });
  }
  const places = parsePlaces(host.read(`/proc/${pid}/cgroup`) ?? '');
  return cgroupProcs(places, parseCgroupMounts(host.read('/proc/self/mountinfo') ?? ''));
}

function wishedCredentials(
  wish: EntryWish,
  isInside: boolean,
  hasOwnUsers: boolean,
  its: Its,
): Credentials | undefined {
  if (wish.user === undefined && wish.caps === undefined) return undefined;
  // user_namespaces(7): a new one begins with all capabilities, which count inside it alone.
  if (wish.caps !== undefined && hasOwnUsers) {
    throw new DbgError(
      'refused: its capabilities count in a user namespace of its own; on the host they would be more',
      {
        next: [{ what: "the engine's own exec", command: 'docker exec …' }],
      },
    );
  }
  if (wish.caps !== undefined && isInside) {
    throw new DbgError(
      "--caps goes with the host's files: a program of the container gets the container's capabilities by",
      {
        exitCode: EXIT.usage,
        next: [{ what: "the engine's own exec", command: 'docker exec …' }],
      },
    );
  }
  const caps = wish.caps === undefined ? { boundingSet: undefined, noNewPrivileges: false } : capsOf(its.status());
  return { ...caps, ids: wish.user === undefined ? undefined : parseUser(wish.user, its) };
}

/** What is known of the container's process. */
interface Its {
  readonly status: () => ProcessStatus;
  /** what the host's numbering calls `id`, as it is called in the user namespace that is joined */
  readonly inside: (kind: 'uid' | 'gid', id: number) => number;
}

function parseUser(user: string, { status, inside }: Its): NonNullable<Credentials['ids']> {
  if (user === 'container') {
    const { uid, gid, groups } = status();
    return { uid: inside('uid', uid), gid: inside('gid', gid), groups };
  }
  const [, uid, gid] = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(user) ?? [];
  if (uid === undefined) {
    throw new DbgError(
      `--user takes UID, UID:GID or "container", not "${user}": names mean others here than in the container`,
      {
        exitCode: EXIT.usage,
        next: [{ what: "the container's users", command: 'docker exec … cat /etc/passwd' }],
      },
    );
  }
  return { uid: Number(uid), gid: Number(gid ?? uid), groups: [] };
}
