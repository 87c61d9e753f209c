import { arch } from 'node:os';
import { DbgError } from '../../errors.ts';
import type { Credentials } from '../rights/credentials.ts';
import JOIN from './join.pl';
import type { Namespace } from '../joined-namespaces.ts';
import TERMINAL from './terminal.pl';

/** How the last steps into a container are taken: see join.pl. */
export interface LastSteps {
  readonly namespaces: readonly Namespace[];
  /** as the container has it, when its files are joined */
  readonly directory: string;
  /** not empty: `directory` has to be the directory that is open as descriptor 4 */
  readonly kept: string;
  readonly credentials: Credentials | undefined;
  /**
   * the names of the program's own variables, which are in the environment in disguise
   * (`disguised`)
   */
  readonly variables: readonly string[];
  /** The program stops itself in its first instant, so that a tracer can attach to it. */
  readonly stops: boolean;
}

/**
 * The argv that joins namespaces, takes on the container's rights, and starts a program. It has to
 * run in /proc/PID of the container's process. With the pid or mnt namespace it stays and waits for
 * the program: the program has a process group of its own, signals are passed on to it, and the
 * exit code is the program's.
 */
export function joinArgv(argv: readonly string[], steps: LastSteps): string[] {
  const { namespaces, directory, kept, credentials, variables, stops } = steps;
  const options = {
    calls: systemCalls(
      'setns',
      'prctl',
      'capset',
      'setgroups',
      'setresgid',
      'setresuid',
      'close',
      'wait4',
      'execve',
      'getcwd',
    ),
    join: JOIN_ORDER.filter((name) => namespaces.includes(name)).join(','),
    wait: needsOwnTerminal(namespaces) ? '1' : undefined,
    stop: stops ? '1' : undefined,
    directory,
    kept: kept === '' ? undefined : '1',
    uid: credentials?.ids?.uid,
    gid: credentials?.ids?.gid,
    groups: credentials?.ids?.groups.join(','),
    caps: credentials?.boundingSet?.join(','),
    'no-new-privs': credentials?.noNewPrivileges ? '1' : undefined,
    variables: variables.length > 0 ? variables.join(',') : undefined,
  };
  return perl(JOIN, options, argv);
}

/**
 * The order in which namespaces are joined. User comes after the others: they may belong to the
 * host's user namespace or to the container's, and the host's root may join both. Pid moves only
 * the children that are made later (setns(2)).
 */
const JOIN_ORDER: readonly Namespace[] = ['cgroup', 'pid', 'mnt', 'user'];

/**
 * Whether a process of the container's could see the program. Then the program gets no descriptor
 * of the person's terminal or files.
 */
export const needsOwnTerminal = (namespaces: readonly Namespace[]): boolean =>
  namespaces.includes('mnt') || namespaces.includes('pid');

/**
 * The argv that runs a program on a terminal of its own, or on pipes: see terminal.pl.
 * @param isInteractive docker's -i: the program gets stdin even where stdin is a terminal and
 * stdout is not
 */
export function onOwnTerminal(argv: readonly string[], isInteractive = false): string[] {
  return perl(TERMINAL, { calls: systemCalls('setsid', 'wait4'), interactive: isInteractive ? '1' : undefined }, argv);
}

type Options = Readonly<Record<string, string | number | undefined>>;

function perl(script: string, options: Options, argv: readonly string[]): string[] {
  const words = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  return ['perl', '-e', script, ...words, '--', ...argv];
}

/** Architectures whose kernel has the generic numbers of system calls (asm-generic/unistd.h). */
const GENERIC: readonly string[] = ['arm64', 'riscv64', 'loong64'];
/** The numbers of each system call: the one of x86-64, and the generic one (syscalls(2)). */
const NUMBERS = {
  setns: [308, 268],
  prctl: [157, 167],
  capset: [126, 91],
  setgroups: [116, 159],
  setresgid: [119, 149],
  setresuid: [117, 147],
  close: [3, 57],
  setsid: [112, 157],
  wait4: [61, 260],
  execve: [59, 221],
  getcwd: [79, 17],
} as const;

function systemCalls(...names: readonly (keyof typeof NUMBERS)[]): string {
  const column = arch() === 'x64' ? 0 : GENERIC.includes(arch()) ? 1 : undefined;
  if (column !== undefined) return names.map((name) => NUMBERS[name][column]).join(',');
  throw new DbgError(`dbg knows no system calls of this machine (${arch()}), so it cannot join mnt, pid or user`, {
    next: [{ what: "the engine's own exec", command: 'docker exec …' }],
  });
}
