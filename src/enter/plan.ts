import { DbgError, EXIT } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { shellQuote } from '../text.ts';
import { cgroupProcs, parseCgroupMounts, parsePlaces } from './cgroup.ts';
import { capsOf, type Credentials } from './credentials.ts';
import { fromContainer, parseVariables, type Variables } from './environment.ts';
import { DEFAULT_NAMESPACES, differing, FULL_ENTRY, type Namespace, parseNamespaces } from './namespaces.ts';
import type { Entry } from './nsenter.ts';
import { parseProcessStatus, type ProcessStatus } from './process-status.ts';
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
  readonly envFromContainer?: boolean;
}

export interface Plan {
  readonly entry: Entry;
  /** what is added to the program's environment */
  readonly env: Variables;
}

/** Turns a wish into a plan; reads /proc and changes nothing. Throws a DbgError for what cannot be had. */
export function planEntry(
  host: Host,
  target: Target,
  wish: EntryWish,
  here: string,
  own: Readonly<Record<string, string | undefined>>,
): Plan {
  const { container, pid } = target;
  const namespaces = wishedNamespaces(host, pid, wish);
  const isInside = namespaces.includes('mnt');
  const hasView = namespaces.includes('net') && !isInside && wish.hostView !== true;
  const status = () => parseProcessStatus(host.read(`/proc/${pid}/status`) ?? '');
  const entry: Entry = {
    namespaces,
    view: hasView ? planView(host, container) : undefined,
    cgroupProcs: wish.cgroup ? joinable(host, target) : [],
    directory: wish.workdir ?? (isInside ? container.workingDir : here),
    credentials: wishedCredentials(wish, isInside, differing(host, pid, ['user']).length > 0, status),
  };
  const environ = wish.envFromContainer ? fromContainer(host.read(`/proc/${pid}/environ`) ?? '') : {};
  // The container's files, for tools that stay with the host's: docker exec sees them at "/".
  const root = isInside ? {} : { DBG_ROOT: `/proc/${pid}/root` };
  return { entry, env: { ...environ, ...root, ...parseVariables(wish.env ?? [], own) } };
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
  status: () => ProcessStatus,
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
  const caps = wish.caps === undefined ? { boundingSet: undefined, noNewPrivileges: false } : capsOf(status());
  return { ...caps, ids: wish.user === undefined ? undefined : parseUser(wish.user, status) };
}

function parseUser(user: string, status: () => ProcessStatus): NonNullable<Credentials['ids']> {
  if (user === 'container') return status();
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
