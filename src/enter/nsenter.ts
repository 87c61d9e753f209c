import { type Credentials, setprivOptions } from './rights/credentials.ts';
import ASIDE_SCRIPT from './aside.sh';
import ENTRY from './entry.sh';
import { joinArgv } from './inside/join.ts';
import { DEFAULT_NAMESPACES, joinedFirst, joinedLast, type Namespace, nsenterOption } from './joined-namespaces.ts';
import type { Target } from './target.ts';
import { readOnlyLines, type ContainerView } from './environment/container-view.ts';

/** How a container is to be entered. */
export interface Entry {
  readonly namespaces: readonly Namespace[];
  /** what a host tool sees of the container besides its namespaces; undefined: what the host sees */
  readonly view: ContainerView | undefined;
  /** files and folders of the host that nobody can write to through the tool's processes */
  readonly readOnly: readonly string[];
  /** `cgroup.procs` files of the container's cgroups to join; none: stay in dbg's own */
  readonly cgroupProcs: readonly string[];
  /**
   * Where the program starts: a directory of the host, or of the container when its mount namespace is joined. A relative one is dbg's
   * own, or begins there; joined last, it is absolute.
   */
  readonly directory: string;
  /** joined last, with the host's files: the relative directory that `directory` has to be; empty: whatever is there */
  readonly kept: string;
  readonly credentials: Credentials | undefined;
  /** the names of the tool's own variables, which are in the environment in disguise */
  readonly variables: readonly string[];
  /** setpriv's path, where the tool's own PATH is no way to it */
  readonly setpriv: string;
  /** The program stops itself in its first instant; only with namespaces that are joined last. */
  readonly stops: boolean;
  /** dbg listens on descriptor 3, and says what is wrong in its own words */
  readonly isHeard: boolean;
}

/** The container's network, host name and ipc, and nothing prepared: for what dbg itself runs to look. */
export function plainEntry(namespaces: readonly Namespace[] = DEFAULT_NAMESPACES): Entry {
  return {
    namespaces,
    view: undefined,
    readOnly: [],
    cgroupProcs: [],
    directory: '/',
    kept: '',
    credentials: undefined,
    variables: [],
    setpriv: 'setpriv',
    stops: false,
    isHeard: false,
  };
}

/** What leads the words of what comes before the tool to dbg. */
export const ASIDE = ['sh', '-c', ASIDE_SCRIPT, 'dbg'] as const;

/**
 * The argv that runs a program in a container: nsenter joins the namespaces in which the host's files are still at hand, the
 * entry script makes sure that this is the container, prepares, joins the rest, and becomes the program.
 */
export function nsenter(target: Target, argv: readonly string[], entry: Entry): string[] {
  const first = joinedFirst(entry.namespaces).map(nsenterOption);
  const join = first.length > 0 ? ['nsenter', '--target', String(target.pid), ...first, '--'] : [];
  // slave: mounts made here stay here; what the host mounts later still appears.
  const ownMounts = mounts(entry) === '' ? [] : ['unshare', '--mount', '--propagation', 'slave', '--'];
  const script = ['sh', '-c', ENTRY, 'dbg', ...scriptArguments(target, entry)];
  return [...(entry.isHeard ? ASIDE : []), ...join, ...ownMounts, ...script, ...become(argv, entry)];
}

const mounts = ({ view, readOnly }: Entry) => [...readOnlyLines(readOnly), ...(view ? [view.fstab] : [])].join('\n');

function scriptArguments({ container, pid, startTime }: Target, entry: Entry): string[] {
  const { view, cgroupProcs, directory, kept, variables, namespaces } = entry;
  // Where more is joined, that is who goes to the directory and gives the variables their names.
  const isLast = joinedLast(namespaces).length === 0;
  return [
    String(pid),
    startTime,
    container.id,
    isLast ? directory : '',
    isLast ? '' : kept,
    mounts(entry),
    view?.nsswitch ?? '',
    isLast ? variables.join(' ') : '',
    String(cgroupProcs.length),
    ...cgroupProcs,
  ];
}

/** What the script executes at its end. */
function become(argv: readonly string[], entry: Entry): string[] {
  const namespaces = joinedLast(entry.namespaces);
  if (namespaces.length > 0) return joinArgv(argv, { ...entry, namespaces });
  return entry.credentials ? [entry.setpriv, ...setprivOptions(entry.credentials), '--', ...argv] : [...argv];
}
