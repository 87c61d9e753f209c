import { toolObjects } from './tool-json.ts';

/**
 * `peer_ifindex` of what `ethtool -S` prints for a veth: the ifindex of its peer, in whatever namespace the peer is
 * (drivers/net/veth.c). A bare number: it names no namespace. Undefined where the device has no such statistic.
 */
export function parsePeerIfindex(statistics: string): number | undefined {
  const value = /^\s*peer_ifindex:\s*(\d+)\s*$/m.exec(statistics)?.[1];
  return value === undefined ? undefined : Number(value);
}

/** A network namespace, as lsns(8) shows it to the namespace in which it runs. */
export interface NetworkNamespace {
  readonly inode: number;
  /** the lowest process in it; undefined: none, as of those that a file holds, which lsns lists since 2.39 */
  readonly pid: number | undefined;
  /** the number by which the looker's namespace knows it; undefined: by none, so no device there has its peer in it */
  readonly netnsid: number | undefined;
}

/** Reads `lsns -t net -J` with any of the columns NS, PID and NETNSID (util-linux 2.32). */
export function parseNetworkNamespaces(lsns: string): NetworkNamespace[] {
  const namespaces = toolObjects('lsns', lsns) as readonly Readonly<Record<'ns' | 'pid' | 'netnsid', unknown>>[];
  return namespaces.flatMap(({ ns, pid, netnsid }) => {
    const inode = number(ns);
    return inode === undefined ? [] : [{ inode, pid: number(pid) || undefined, netnsid: number(netnsid) }];
  });
}

/** lsns before 2.39 prints numbers as strings, newer ones as numbers; "unassigned" and null are none in either. */
function number(value: unknown): number | undefined {
  return /^\d+$/.test(String(value)) ? Number(value) : undefined;
}

/** The number under which the namespace that lsns ran in knows the one with an inode; undefined when it has none. */
export function parseNetnsid(lsns: string, inode: number): number | undefined {
  return parseNetnsids(lsns).get(inode);
}

/** The same for every namespace at once: inode → number. Those without a number are left out. */
export function parseNetnsids(lsns: string): ReadonlyMap<number, number> {
  return new Map(
    parseNetworkNamespaces(lsns).flatMap(({ inode, netnsid }) => (netnsid === undefined ? [] : [[inode, netnsid]])),
  );
}
