import { isAbsolute, resolve } from 'node:path';
import { DbgError, EXIT } from '../errors.ts';
import type { Container } from '../engine/container.ts';
import type { Host } from '../host/host.ts';
import { mountInfo } from '../host/mount-info-of.ts';
import { requireProgram } from '../host/run/programs.ts';
import { shellQuote } from '../text.ts';
import { containerEnvironment } from './environment/container-environment.ts';
import { cgroupProcs, parseCgroupMounts, parsePlaces } from '../proc/cgroup.ts';
import { disguised, FOR_THE_CONTAINERS, parseVariables, type Variables } from './environment/given-variables.ts';
import { needsOwnTerminal } from './inside/join.ts';
import {
  DEFAULT_NAMESPACES,
  differing,
  FULL_ENTRY,
  joinedLast,
  type Namespace,
  parseNamespaces,
} from './joined-namespaces.ts';
import type { Entry } from './nsenter.ts';
import { isTargetPaused } from './paused.ts';
import { parseStatus, type ProcessStatus } from '../proc/pid/status.ts';
import { refuseSeen } from './rights/refuse-seen.ts';
import { goneError, hasEnded, type Target } from './target.ts';
import { planView } from './environment/container-view.ts';
import { type CredentialsWish, wishedCredentials } from './rights/wished-credentials.ts';

/** How a person wants to enter, as typed. */
export interface EntryWish extends CredentialsWish {
  readonly ns?: string;
  readonly all?: boolean;
  readonly hostView?: boolean;
  /** join the container's cgroup; left out: only with the container's files */
  readonly cgroup?: boolean;
  readonly workdir?: string;
  readonly env?: readonly string[];
}

/** What else an entry starts from. */
export interface Surroundings {
  /** the person's own environment */
  readonly own: Readonly<Record<string, string | undefined>>;
  /** variables of the container that the tool gets */
  readonly given: Variables;
  /** the tool, when it is one of the host's */
  readonly program?: string;
}

/** A planned entry, with its variables and what the person should know of it. */
export interface Plan {
  readonly entry: Entry;
  /** what is added to the environment of the entry */
  readonly env: Variables;
  /** which variables of dbg's own environment the program gets; undefined: all */
  readonly keep: RegExp | undefined;
  /**
   * what confines the container but not the program, because only the engine can apply it; for
   * people
   */
  readonly missing: readonly string[];
  /**
   * the container's variables that the program does not get: no shell passes on a variable of such
   * a name
   */
  readonly withheld: readonly string[];
}

/**
 * Turns a wish into a plan. Reads /proc and changes nothing. Throws a DbgError for a wish that
 * cannot be fulfilled. When the process ends meanwhile, half of what is read is missing, which can
 * look like any error. Then the error says that the process ended.
 */
export function planEntry(host: Host, target: Target, wish: EntryWish, surroundings: Surroundings): Plan {
  try {
    return planned(host, target, wish, surroundings);
  } catch (error) {
    const isUsage = error instanceof DbgError && error.exitCode === EXIT.usage;
    throw !isUsage && hasEnded(host, target) ? goneError(target) : error;
  }
}

function planned(host: Host, target: Target, wish: EntryWish, surroundings: Surroundings): Plan {
  const { own, given, program } = surroundings;
  const { container, pid } = target;
  // The status is read before the user namespace is looked at. A process that moves into a new user
  // namespace has all capabilities in there, and cannot go back. In the other order, those could be
  // taken for capabilities on the host.
  const status = isPlain(wish) ? undefined : statusOf(host, target);
  const namespaces = wishedNamespaces(host, pid, wish);
  const isInside = namespaces.includes('mnt');
  if (joinedLast(namespaces).length > 0) requireProgram(host, 'perl');
  refuseSeen(host, target, namespaces, wish);
  const hasView = namespaces.includes('net') && !isInside && wish.hostView !== true;
  const credentials = status && wishedCredentials(host, target, status, namespaces, wish);
  const its = isInside
    ? containerEnvironment(host, target, credentials?.ids?.uid ?? 0)
    : { variables: {}, withheld: [] };
  const variables = { ...its.variables, ...given, ...parseVariables(wish.env ?? [], own) };
  const entry: Entry = {
    namespaces,
    view: hasView ? planView(host, container) : undefined,
    readOnly: needsOwnTerminal(namespaces) ? programFiles(host, isInside ? undefined : program) : [],
    cgroupProcs: (wish.cgroup ?? isInside) ? joinable(host, target) : [],
    ...directories(host, container, namespaces, hasView, wish.workdir ?? '.'),
    credentials,
    variables: Object.keys(variables),
    // The variables may set a PATH by which the tool is found, but not setpriv, which runs before
    // the tool.
    setpriv: 'PATH' in variables ? host.find('setpriv').path : 'setpriv',
    stops: false,
    hasAside: needsOwnTerminal(namespaces),
  };
  // The container's files, for tools that keep the host's. docker exec sees them at "/".
  const root = isInside ? {} : { DBG_ROOT: `/proc/${pid}/root` };
  return {
    entry,
    env: { ...root, ...disguised(variables) },
    keep: isInside ? FOR_THE_CONTAINERS : undefined,
    missing: status && isInside && !wish.fullRights ? confinement(host, pid, status) : [],
    withheld: its.withheld,
  };
}

/**
 * Where the program starts. Usually that is dbg's own directory, which needs no path: the entry
 * never leaves it. Its path counts only where the tool is to see a mount of dbg's there:
 *
 * - below /sys, the /sys of the view
 * - when namespaces are joined last, the programs that are mounted read-only; join.pl then makes
 *   sure that the path leads to the same directory
 */
function directories(
  host: Host,
  { workingDir }: Container,
  namespaces: readonly Namespace[],
  hasView: boolean,
  workdir: string,
): Pick<Entry, 'directory' | 'kept'> {
  if (namespaces.includes('mnt')) return { directory: resolve('/', workingDir, workdir), kept: '' };
  const here = host.link('/proc/self/cwd') ?? '/';
  if (isAbsolute(workdir) || (hasView && `${here}/`.startsWith('/sys/'))) {
    return { directory: resolve(here, workdir), kept: '' };
  }
  // With "./", sh takes "-" for a name and does not look in $CDPATH.
  const own = workdir === '.' ? '.' : `./${workdir}`;
  return joinedLast(namespaces).length === 0
    ? { directory: own, kept: '' }
    : { directory: resolve(here, workdir), kept: own };
}

/**
 * Whether this is a host's tool with root's rights: then nothing of the container's process need be
 * known.
 */
const isPlain = ({ ns, all, user, caps, fullRights }: EntryWish) =>
  ns === undefined && !all && user === undefined && caps === undefined && !fullRights;

function statusOf(host: Host, target: Target): ProcessStatus {
  const text = host.read(`/proc/${target.pid}/status`);
  if (text) return parseStatus(text);
  throw goneError(target);
}

/** The folders of the host's programs and libraries. */
const PROGRAM_FOLDERS = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/opt'];

/**
 * The paths to be mounted read-only. A process in the container could reach the host's programs by
 * /proc/PID/exe of a process of ours, and write to them (CVE-2019-5736). The paths are the folders
 * of programs that are no links to others, and the tool itself when it is elsewhere.
 */
function programFiles(host: Host, program: string | undefined): string[] {
  const folders = PROGRAM_FOLDERS.filter((folder) => host.exists(folder) && host.link(folder) === undefined);
  const found = program === undefined ? undefined : host.find(program);
  const isElsewhere = found?.kind === 'found' && !PROGRAM_FOLDERS.some((folder) => found.path.startsWith(`${folder}/`));
  return [...folders, ...(isElsewhere ? [absolutePath(host, found.path)] : [])];
}

function absolutePath(host: Host, path: string): string {
  const absolute = host.realPath(path);
  if (absolute !== undefined) return absolute;
  throw new DbgError(`${path} has no absolute path, by which dbg could mount it read-only for the container`, {
    next: [{ what: 'from another directory', command: 'cd / && dbg …' }],
  });
}

/**
 * What confines the container and cannot be applied to the program. A seccomp filter cannot be
 * taken over from another process; an AppArmor profile or SELinux label is not taken over.
 */
function confinement(host: Host, pid: number, { hasSeccompFilter }: ProcessStatus): string[] {
  const label = host.read(`/proc/${pid}/attr/current`)?.replace(/\0|\s+$/g, '') ?? '';
  return [
    ...(hasSeccompFilter ? ['seccomp filter'] : []),
    ...(label === '' || label === 'unconfined' ? [] : [`security label ${label}`]),
  ];
}

function wishedNamespaces(host: Host, pid: number, { ns, all }: EntryWish): Namespace[] {
  const named = all ? FULL_ENTRY : ns === undefined ? DEFAULT_NAMESPACES : parseNamespaces(ns);
  // The pid namespace comes with the files. A program of the image that ran among the host's
  // processes could end every one of root's (kill(2)).
  const wished = named.includes('mnt') ? FULL_ENTRY.filter((name) => name === 'pid' || named.includes(name)) : named;
  const optional: readonly Namespace[] = ['user', 'cgroup'];
  const different = differing(host, pid, optional);
  return wished.filter((name) => !optional.includes(name) || different.includes(name));
}

/**
 * The cgroup.procs files of the container's cgroups. Throws a DbgError when the container is
 * paused.
 */
function joinable(host: Host, target: Target): string[] {
  const { container, pid } = target;
  if (isTargetPaused(host, target)) {
    throw new DbgError(`container "${container.name}" is paused: a program that joins its cgroup would be frozen too`, {
      next: [
        { what: 'let it go on', command: `docker unpause ${shellQuote(container.name)}` },
        { what: 'without its cgroup', command: `dbg … --no-cgroup ${shellQuote(container.name)} …` },
      ],
    });
  }
  const places = parsePlaces(host.read(`/proc/${pid}/cgroup`) ?? '');
  return cgroupProcs(places, parseCgroupMounts(mountInfo(host)));
}
