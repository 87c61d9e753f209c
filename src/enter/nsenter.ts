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
}

/** The container's network, host name and ipc, and nothing prepared: for what dbg itself runs to look. */
export function plainEntry(namespaces: readonly Namespace[] = DEFAULT_NAMESPACES): Entry {
  return { namespaces, view: undefined, cgroupProcs: [], directory: '/', credentials: undefined };
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
  const { view, cgroupProcs, directory } = entry;
  // With the container's mounts joined, the last nsenter changes the directory; until then the script stays in /proc/PID.
  const stay = nsenterOptions(entry.namespaces).last.length > 0;
  const here = stay ? '.' : directory;
  return [
    String(pid),
    startTime,
    container.id,
    here,
    view?.fstab ?? '',
    view?.nsswitch ?? '',
    String(cgroupProcs.length),
    ...cgroupProcs,
  ];
}

/** What the script executes at its end. */
function become(argv: readonly string[], { namespaces, credentials, directory }: Entry): string[] {
  const { last } = nsenterOptions(namespaces);
  const setpriv = credentials ? setprivOptions(credentials) : [];
  const asWho = setpriv.length > 0 ? ['setpriv', ...setpriv, '--'] : [];
  if (last.length === 0) return [...asWho, ...argv];

  // In the container's mount namespace there may be no setpriv: who runs is then nsenter's own business.
  const isInside = namespaces.includes('mnt');
  const ids =
    isInside && credentials?.ids
      ? ['--setuid', String(credentials.ids.uid), '--setgid', String(credentials.ids.gid)]
      : [];
  const where = isInside ? [`--wdns=${directory}`] : [`--wd=${directory}`];
  const others = last.filter((option) => !option.startsWith('--pid='));
  const inner =
    others.length > 0
      ? ['nsenter', ...others, ...where, ...ids, '--', ...(isInside ? [] : asWho), ...argv]
      : [...asWho, ...argv];
  if (!namespaces.includes('pid')) return inner;
  return ['nsenter', '--pid=ns/pid', '--no-fork', '--', 'sh', '-c', WAIT_SCRIPT, 'dbg', ...inner];
}

/**
 * Only a child is in a joined pid namespace (setns(2)), so somebody must wait for it. nsenter itself would die of Ctrl-C and leave
 * the program running; this shell outlives it, and when the shell is killed, the kernel ends the program (prctl(2),
 * PR_SET_PDEATHSIG). Its exit code is the program's, or 128+n.
 */
const WAIT_SCRIPT = `trap : INT QUIT HUP TERM USR1 USR2; setpriv --pdeathsig KILL -- "$@"; exit $?`;
