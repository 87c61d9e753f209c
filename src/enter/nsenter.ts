import type { Target } from './target.ts';

/** A container's namespaces that dbg can join, by the names of nsenter(1)'s options. */
export type Namespace = 'net' | 'uts' | 'ipc';

/** Enough to see the container's network and be called by its name, with the file system and tools of the host. */
const DEFAULT_NAMESPACES: readonly Namespace[] = ['net', 'uts', 'ipc'];

/** The argv that runs a program of the host in a container's namespaces. */
export function nsenter(
  { pid }: Pick<Target, 'pid'>,
  argv: readonly string[],
  namespaces: readonly Namespace[] = DEFAULT_NAMESPACES,
): string[] {
  const options = namespaces.map((namespace) => `--${namespace}`);
  return ['nsenter', '--target', String(pid), ...options, '--', ...argv];
}
