import { type Credentials, setprivOptions } from './credentials.ts';
import { ENTRY_SCRIPT } from './entry-script.ts';
import { DEFAULT_NAMESPACES, type Namespace, nsenterOptions } from './namespaces.ts';
import type { Target } from './target.ts';
import type { View } from './view.ts';

/** How a container is to be entered. */
export interface Entry {
  readonly namespaces: readonly Namespace[];
  /** what a host tool sees of the container besides its namespaces; undefined: what the host sees */
  readonly view: View | undefined;
  /** `cgroup.procs` files of the container's cgroups to join; none: stay in dbg's own */
  readonly cgroupProcs: readonly string[];
  /** where the program starts: a directory of the host, or of the container when its mount namespace is joined */
  readonly directory: string;
  readonly credentials: Credentials | undefined;
  /** the names of the tool's own variables, which are in the environment in disguise */
  readonly variables: readonly string[];
  /** where the programs are that stand between the entry script and the tool */
  readonly programs: Readonly<Record<keyof typeof WAY_IN, string>>;
}

export const WAY_IN = { nsenter: 'nsenter', setpriv: 'setpriv', sh: 'sh' } as const;

/** The container's network, host name and ipc, and nothing prepared: for what dbg itself runs to look. */
export function plainEntry(namespaces: readonly Namespace[] = DEFAULT_NAMESPACES): Entry {
  return {
    namespaces,
    view: undefined,
    cgroupProcs: [],
    directory: '/',
    credentials: undefined,
    variables: [],
    programs: WAY_IN,
  };
}

/**
 * The argv that runs a program in a container: nsenter joins the namespaces in which the host's files are still at hand, the
 * entry script makes sure that this is the container, prepares, joins the rest, and becomes the program.
 */
export function nsenter(target: Target, argv: readonly string[], entry: Entry): string[] {
  const { first } = nsenterOptions(entry.namespaces);
  const join = first.length > 0 ? ['nsenter', '--target', String(target.pid), ...first, '--'] : [];
  // slave: mounts made here stay here; what the host mounts later still appears.
  const ownMounts = entry.view ? ['unshare', '--mount', '--propagation', 'slave', '--'] : [];
  return [
    ...join,
    ...ownMounts,
    'sh',
    '-c',
    ENTRY_SCRIPT,
    'dbg',
    ...scriptArguments(target, entry),
    ...become(argv, entry),
  ];
}

function scriptArguments({ container, pid, startTime }: Target, entry: Entry): string[] {
  const { view, cgroupProcs, directory, variables } = entry;
  const { last } = nsenterOptions(entry.namespaces);
  // Only tried, to tell its failure from the tool's: by joining it all, and running nothing.
  const trial = last.length > 0 ? lastJoin(entry, ['--no-fork', ...last]) : [];
  return [
    String(pid),
    startTime,
    container.id,
    // When more is joined, the last nsenter changes the directory; until then the script stays in /proc/PID.
    last.length > 0 ? '.' : directory,
    view?.fstab ?? '',
    view?.nsswitch ?? '',
    variables.join(' '),
    String(cgroupProcs.length),
    ...cgroupProcs,
    String(trial.length),
    ...trial,
  ];
}

/** The nsenter for the namespaces in which the host's files may not be at hand. */
function lastJoin({ namespaces, credentials, directory, programs }: Entry, options: readonly string[]): string[] {
  const isInside = namespaces.includes('mnt');
  // In the container's mount namespace there may be no setpriv: who runs is then nsenter's own business.
  const ids = isInside ? credentials?.ids : undefined;
  // --setgid drops supplementary groups, which setpriv can set before only where the numbers mean the same.
  const group = ids && namespaces.includes('user') ? ['--setgid', String(ids.gid)] : [];
  const where = `${isInside ? '--wdns' : '--wd'}=${directory}`;
  return [programs.nsenter, ...options, where, ...(ids ? ['--setuid', String(ids.uid), ...group] : []), '--'];
}

/** What the script executes at its end. */
function become(argv: readonly string[], entry: Entry): string[] {
  const { namespaces, credentials, directory, programs } = entry;
  const isInside = namespaces.includes('mnt');
  const hasPid = namespaces.includes('pid');
  const others = nsenterOptions(namespaces.filter((name) => name !== 'pid')).last;
  const last = others.length > 0 ? lastJoin(entry, others) : [];

  const options = [
    ...(credentials ? setprivOptions(isInside ? onlyGroups(entry) : credentials) : []),
    // The kernel forgets this when the user changes (prctl(2), PR_SET_PDEATHSIG): one setpriv does both.
    ...(hasPid ? ['--pdeathsig', 'KILL'] : []),
  ];
  const asWho = options.length > 0 ? [programs.setpriv, ...options, '--'] : [];
  const chain = isInside ? [...asWho, ...last, ...argv] : [...last, ...asWho, ...argv];
  if (!hasPid) return chain;
  const where = last.length === 0 ? [`--wd=${directory}`] : [];
  return [
    programs.nsenter,
    '--pid=ns/pid',
    ...where,
    '--no-fork',
    '--',
    programs.sh,
    '-c',
    WAIT_SCRIPT,
    'dbg',
    ...chain,
  ];
}

/** What of the credentials can be set before the container's mount namespace is joined, which takes root. */
function onlyGroups({ namespaces, credentials }: Entry): Credentials {
  const ids = namespaces.includes('user') ? undefined : credentials?.ids;
  return { ids: ids && { ...ids, uid: 0 }, boundingSet: undefined, noNewPrivileges: false };
}

/**
 * Only a child is in a joined pid namespace (setns(2)), so somebody must wait for it. nsenter itself would die of Ctrl-C and leave
 * the program running; this shell outlives it, and when the shell is killed, the kernel ends the program. (Not with --user and the
 * container's files: its user is then the last that is set.) Its exit code is the program's, or 128+n.
 */
const WAIT_SCRIPT = `trap : INT QUIT HUP TERM USR1 USR2; "$@"; exit $?`;
