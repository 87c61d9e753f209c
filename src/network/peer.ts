/**
 * `peer_ifindex` of what `ethtool -S` prints for a veth: the ifindex of its peer, in whatever namespace the peer is
 * (drivers/net/veth.c). A bare number: it names no namespace. Undefined where the device has no such statistic.
 */
export function parsePeerIfindex(statistics: string): number | undefined {
  const value = /^\s*peer_ifindex:\s*(\d+)\s*$/m.exec(statistics)?.[1];
  return value === undefined ? undefined : Number(value);
}

/**
 * The number under which this network namespace knows the one with an inode, from `lsns -t net -J -o NS,NETNSID`
 * (util-linux 2.32). Undefined when it has none: then no device here has its peer there.
 */
export function parseNetnsid(lsns: string, inode: number): number | undefined {
  // lsns before 2.39 prints numbers as strings, newer ones as numbers; "unassigned" is no number in either.
  const { namespaces } = JSON.parse(lsns) as { namespaces: { ns: number | string; netnsid: number | string | null }[] };
  const netnsid = namespaces.find(({ ns }) => Number(ns) === inode)?.netnsid;
  return netnsid === undefined || netnsid === null || !/^\d+$/.test(String(netnsid)) ? undefined : Number(netnsid);
}
