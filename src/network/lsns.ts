import type { Host } from '../host/host.ts';
import PLAIN_NAMES from './plain-names.sh';

/** The argv that lists network namespaces with these columns of lsns(8). */
export const lsnsArgv = (columns: string) => ['lsns', '-t', 'net', '-J', '-o', columns];

/**
 * What lsns says, run by way of `enter`. It takes the first line of /proc/PID/stat for all of it (util-linux 2.38, sys-utils/lsns.c): one process
 * with a line feed in its name, which any container may have, ends it for the whole host. Then it is run where such files have none.
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

/** Whether a program failed without a word, as lsns does when what it looks at is not as it expects. */
export function isSilent(error: unknown): boolean {
  const { exitCode, stderr } = ((error as Error).cause ?? {}) as { exitCode?: number; stderr?: string };
  return exitCode === 1 && stderr === '';
}

/** The argv that runs a program in a mount namespace of its own, where no file stat of a process has more than one line. */
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
