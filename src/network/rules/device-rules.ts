import { tableName } from '../cut/ruleset.ts';
import type { Tables } from '../cut/in-force.ts';
import type { Link } from '../links.ts';

/** What somebody else than dbg has put on a device, and the command that shows it. */
export interface DeviceRule {
  /** "nft table netdev shaping", "qdisc netem" */
  readonly what: string;
  readonly command: readonly string[];
}

/**
 * The queueing disciplines that a device gets without anybody's doing: none for a veth (noqueue),
 * and what net.core.default_qdisc names. `mq` holds one of those for each queue.
 */
const USUAL = /^(noqueue|mq|fq_codel|pfifo_fast|fq|cake|sfq|)$/;

/**
 * The nft tables of the netdev family that name a device, and the queueing disciplines on it that
 * hold back or sort out packets (tc(8)). dbg's own are left out: its table has the device's number,
 * its queueing discipline the handle dbb.
 * @param qdiscs what `tc qdisc show` prints
 */
export function deviceRules({ name, ifindex }: Link, tables: Tables, qdiscs: string): DeviceRule[] {
  const foreign = [...(tables ?? [])].filter(
    ([table, lines]) => table !== tableName(ifindex) && lines.split('\n').some((line) => isHooked(line, name)),
  );
  const own = qdiscs.split('\n').flatMap((line) => {
    const [word, kind = '', handle, dev, device] = line.split(' ');
    return word === 'qdisc' && dev === 'dev' && device === name && handle !== 'dbb:' && !USUAL.test(kind) ? [kind] : [];
  });
  return [
    ...foreign.map(([table]) => ({
      what: `nft table netdev ${table}`,
      command: ['nft', 'list', 'table', 'netdev', table],
    })),
    ...own.map((kind) => ({ what: `qdisc ${kind}`, command: ['tc', '-s', 'qdisc', 'show', 'dev', name] })),
  ];
}

/** Whether a line of nft's list hooks its chain to a device. */
const isHooked = (line: string, name: string) =>
  line.includes('type filter hook') &&
  (line.includes(`device "${name}"`) || (line.includes('devices = {') && line.includes(`"${name}"`)));
