import { usageError } from '../errors.ts';
import type { Host } from '../host/host.ts';

/** The namespaces by their names in /proc/PID/ns. */
const ALL_NAMESPACES = ['net', 'uts', 'ipc', 'mnt', 'pid', 'user', 'cgroup'] as const;
export type Namespace = (typeof ALL_NAMESPACES)[number];

/**
 * Enough to see the container's network and have its host name, with the host's files and tools.
 */
export const DEFAULT_NAMESPACES: readonly Namespace[] = ['net', 'uts', 'ipc'];

/** All that docker exec joins. */
export const FULL_ENTRY: readonly Namespace[] = ['net', 'uts', 'ipc', 'mnt', 'pid', 'user', 'cgroup'];

/**
 * The namespaces that nsenter joins first. In them the host's tools still find their files, and
 * nobody in the container sees the tools. So dbg verifies and prepares after joining these.
 * nsenter's options for them have the same names.
 */
const JOINED_FIRST: readonly Namespace[] = ['net', 'uts', 'ipc'];

/** The namespaces that nsenter joins. */
export const joinedFirst = (namespaces: readonly Namespace[]) => namespaces.filter((name) => isFirst(name));
/** The namespaces that join.pl joins. */
export const joinedLast = (namespaces: readonly Namespace[]) => namespaces.filter((name) => !isFirst(name));
const isFirst = (namespace: Namespace) => JOINED_FIRST.includes(namespace);

/** The option of nsenter(1) for a namespace that is joined first. */
export const nsenterOption = (namespace: Namespace): string => `--${namespace}`;

/**
 * Reads the value of `--ns net,mnt`. Throws a usage error that lists the namespaces for an unknown
 * one.
 */
export function parseNamespaces(list: string): Namespace[] {
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !ALL_NAMESPACES.includes(name as Namespace));
  if (unknown !== undefined) {
    throw usageError(`there is no namespace "${unknown}" (there is: ${ALL_NAMESPACES.join(', ')})`);
  }
  return ALL_NAMESPACES.filter((name) => names.includes(name));
}

/**
 * The namespaces without those that the container shares with dbg itself: there is nothing to join.
 * setns(2) to one's own user namespace fails with EINVAL. For the others it changes nothing.
 */
export function differing(host: Host, pid: number, namespaces: readonly Namespace[]): Namespace[] {
  return namespaces.filter((name) => {
    const theirs = host.link(`/proc/${pid}/ns/${name}`);
    return theirs === undefined || theirs !== host.link(`/proc/self/ns/${name}`);
  });
}
