import { toolObjects } from './tool-json.ts';

/**
 * The ifindex of a veth's peer: `peer_ifindex` in what `ethtool -S` prints (drivers/net/veth.c).
 * The number counts in the peer's namespace, and does not say which one that is. undefined when the
 * device has no such statistic.
 */
export function parsePeerIfindex(statistics: string): number | undefined {
  const value = /^\s*peer_ifindex:\s*(\d+)\s*$/m.exec(statistics)?.[1];
  return value === undefined ? undefined : Number(value);
}

/** A network namespace, as lsns(8) lists it to the namespace in which lsns runs. */
export interface NetworkNamespace {
  readonly inode: number;
  /**
   * The lowest process in it. undefined when there is none: a file holds the namespace. lsns lists
   * such namespaces since 2.39.
   */
  readonly pid: number | undefined;
  /**
   * The number by which the namespace that lsns ran in knows it. undefined when there is no number:
   * then no device of the namespace that lsns ran in has its peer in it.
   */
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

/**
 * lsns before 2.39 prints a number as a string, a newer one as a number. Both print "unassigned" or
 * null where there is no number.
 */
function number(value: unknown): number | undefined {
  return /^\d+$/.test(String(value)) ? Number(value) : undefined;
}

/** The netnsid that the namespace lsns ran in has for an inode; undefined when it has none. */
export function parseNetnsid(lsns: string, inode: number): number | undefined {
  return parseNetnsids(lsns).get(inode);
}

/** The netnsids of all namespaces: inode → number. Those without a number are left out. */
export function parseNetnsids(lsns: string): ReadonlyMap<number, number> {
  return new Map(
    parseNetworkNamespaces(lsns).flatMap(({ inode, netnsid }) => (netnsid === undefined ? [] : [[inode, netnsid]])),
  );
}
