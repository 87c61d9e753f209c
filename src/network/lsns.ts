import type { Host } from '../host/host.ts';
import PLAIN_NAMES from './plain-names.sh';

/** The argv that lists network namespaces with these columns of lsns(8). */
export const lsnsArgv = (columns: string) => ['lsns', '-t', 'net', '-J', '-o', columns];

/**
 * What lsns prints. `enter` puts an argv into the namespace in which lsns is to run.
 *
 * lsns takes the first line of /proc/PID/stat for the whole file (util-linux 2.38,
 * sys-utils/lsns.c). One process with a line feed in its name therefore makes lsns fail for the
 * whole host, and any container may have such a process. In that case lsns runs once more, in a
 * mount namespace where these files have no line feed (plain-names.sh).
 */
export const listNamespaces = (
  host: Host,
  argv: readonly string[],
  enter: (argv: readonly string[]) => readonly string[],
): Promise<string> =>
  host.output(enter(argv)).catch((error: unknown) => {
    if (!isSilent(error)) throw error;
    return host.output(enter(withPlainNames(argv))).catch(() => {
      throw error;
    });
  });

/** Whether a program failed without a message, as lsns does when /proc is not as it expects. */
export function isSilent(error: unknown): boolean {
  const { exitCode, stderr } = ((error as Error).cause ?? {}) as { exitCode?: number; stderr?: string };
  return exitCode === 1 && stderr === '';
}

/**
 * The argv that runs a program in a mount namespace of its own, where each /proc/PID/stat has one
 * line.
 */
const withPlainNames = (argv: readonly string[]): string[] => [
  'unshare',
  '--mount',
  '--propagation',
  'slave',
  '--',
  'sh',
  '-c',
  PLAIN_NAMES,
  'dbg-names',
  ...argv,
];
