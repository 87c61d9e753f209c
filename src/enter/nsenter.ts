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
  /**
   * what a host's tool sees of the container besides its namespaces; undefined: what the host sees
   */
  readonly view: ContainerView | undefined;
  /** files and folders of the host that must not be written to through the tool's processes */
  readonly readOnly: readonly string[];
  /** the `cgroup.procs` files of the cgroups to join; empty: stay in dbg's own */
  readonly cgroupProcs: readonly string[];
  /**
   * Where the program starts: a directory of the host, or of the container when its mount namespace
   * is joined. A relative path begins at dbg's own directory. When namespaces are joined last, the
   * path is absolute.
   */
  readonly directory: string;
  /**
   * The relative path of the directory that `directory` has to lead to. It is set when namespaces
   * are joined last and the host's files are kept. Empty: `directory` is taken as it is.
   */
  readonly kept: string;
  readonly credentials: Credentials | undefined;
  /**
   * the names of the tool's own variables, which are in the environment in disguise (`disguised`)
   */
  readonly variables: readonly string[];
  /** the path of setpriv, for when the tool's own PATH may not lead to it */
  readonly setpriv: string;
  /**
   * The program stops itself in its first instant. Only possible when namespaces are joined last.
   */
  readonly stops: boolean;
  /**
   * The line begins with aside.sh. Left out where Host.run exchanges the descriptors itself
   * (`isAside`), which saves a process.
   */
  readonly hasAside: boolean;
}

/**
 * An entry into the container's network, host name and ipc with nothing prepared: for programs that
 * dbg runs to look at something.
 */
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
    hasAside: false,
  };
}

/** What begins a line whose messages go to dbg until the tool begins. */
export const ASIDE = ['sh', '-c', ASIDE_SCRIPT, 'dbg'] as const;

/**
 * The argv that runs a program in a container. nsenter joins the namespaces in which the host's
 * files are still at hand. Then the entry script verifies the container's process, prepares the
 * rest, and becomes the program, or join.pl where namespaces are joined last.
 */
export function nsenter(target: Target, argv: readonly string[], entry: Entry): string[] {
  const first = joinedFirst(entry.namespaces).map(nsenterOption);
  const join = first.length > 0 ? ['nsenter', '--target', String(target.pid), ...first, '--'] : [];
  // slave: mounts that are made here stay here. Mounts that the host makes later still appear here.
  const ownMounts = mounts(entry) === '' ? [] : ['unshare', '--mount', '--propagation', 'slave', '--'];
  const script = ['sh', '-c', ENTRY, 'dbg', ...scriptArguments(target, entry)];
  return [...(entry.hasAside ? ASIDE : []), ...join, ...ownMounts, ...script, ...become(argv, entry)];
}

const mounts = ({ view, readOnly }: Entry) => [...readOnlyLines(readOnly), ...(view ? [view.fstab] : [])].join('\n');

function scriptArguments({ container, pid, startTime }: Target, entry: Entry): string[] {
  const { view, cgroupProcs, directory, kept, variables, namespaces } = entry;
  // When namespaces are joined last, join.pl goes to the directory and gives the variables their
  // names.
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

/** What the entry script executes at its end. */
function become(argv: readonly string[], entry: Entry): string[] {
  const namespaces = joinedLast(entry.namespaces);
  if (namespaces.length > 0) return joinArgv(argv, { ...entry, namespaces });
  return entry.credentials ? [entry.setpriv, ...setprivOptions(entry.credentials), '--', ...argv] : [...argv];
}
