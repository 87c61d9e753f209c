import { usageError } from '../errors.ts';
import type { Host } from '../host/host.ts';

/** The namespaces by their names in /proc/PID/ns. */
const ALL_NAMESPACES = ['net', 'uts', 'ipc', 'mnt', 'pid', 'user', 'cgroup'] as const;
export type Namespace = (typeof ALL_NAMESPACES)[number];

/** Enough to see the container's network and be called by its name, with the file system and tools of the host. */
export const DEFAULT_NAMESPACES: readonly Namespace[] = ['net', 'uts', 'ipc'];

/** All that docker exec joins: the container's own world. */
export const FULL_ENTRY: readonly Namespace[] = ['net', 'uts', 'ipc', 'mnt', 'pid', 'user', 'cgroup'];

/**
 * Those in which the host's tools still find their files and nobody in the container sees them: dbg checks and prepares after joining
 * these. nsenter's options for them are named as they are.
 */
const JOINED_FIRST: readonly Namespace[] = ['net', 'uts', 'ipc'];

export const joinedFirst = (namespaces: readonly Namespace[]) => namespaces.filter((name) => isFirst(name));
export const joinedLast = (namespaces: readonly Namespace[]) => namespaces.filter((name) => !isFirst(name));
const isFirst = (namespace: Namespace) => JOINED_FIRST.includes(namespace);

/** The option of nsenter(1) for a namespace that is joined first. */
export const nsenterOption = (namespace: Namespace): string => `--${namespace}`;

/** Reads `--ns net,mnt`. Throws a usage error that names what there is. */
export function parseNamespaces(list: string): Namespace[] {
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !ALL_NAMESPACES.includes(name as Namespace));
  if (unknown !== undefined) {
    throw usageError(`there is no namespace "${unknown}" (there is: ${ALL_NAMESPACES.join(', ')})`);
  }
  return ALL_NAMESPACES.filter((name) => names.includes(name));
}

/**
 * Without those that the container shares with dbg itself, where there is nothing to join: setns(2) to one's own user
 * namespace fails with EINVAL, for the others it changes nothing.
 */
export function differing(host: Host, pid: number, namespaces: readonly Namespace[]): Namespace[] {
  return namespaces.filter((name) => {
    const theirs = host.link(`/proc/${pid}/ns/${name}`);
    return theirs === undefined || theirs !== host.link(`/proc/self/ns/${name}`);
  });
}
