/** Packets that a network namespace has dropped without a firewall rule, since it was made. */
export interface NetDrops {
  /** because the way back to the sender leads by another device (rp_filter) */
  readonly reversePath: number;
  /** because the table of connections had no room */
  readonly noRoom: number;
  /** packets that belong to no connection in that table, and begin none; a rule may drop them */
  readonly invalid: number;
  /** connections in that table now */
  readonly connections: number;
}

/**
 * Reads /proc/PID/net/netstat and /proc/PID/net/stat/nf_conntrack. What is missing counts as 0: the
 * latter is there only where the module is.
 */
export function parseNetDrops(netstat: string, conntrack: string): NetDrops {
  // One line of names and one of values for each prefix, as in netstat(8): "TcpExt: A B", "TcpExt:
  // 1 2".
  const [names, values] = [...netstat.matchAll(/^TcpExt: (.*)$/gm)].map(([, line]) => line!.trim().split(/\s+/));
  const at = names?.indexOf('IPReversePathFilter') ?? -1;
  // A line of names, and one of values in hex for each processor. "entries" is the same in all.
  const [head = [], ...rows] = conntrack
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const column = (name: string) => rows.map((row) => Number.parseInt(row[head.indexOf(name)] ?? '0', 16) || 0);
  const sum = (name: string) => column(name).reduce((all, each) => all + each, 0);
  return {
    reversePath: at < 0 ? 0 : Number(values?.[at] ?? 0),
    noRoom: sum('drop'),
    invalid: sum('invalid'),
    connections: column('entries')[0] ?? 0,
  };
}
