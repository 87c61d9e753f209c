import { isIP } from 'node:net';
import type { FirewallRule } from './firewall-rules.ts';
import TRACE from './trace-rules.sh';

/** Packets that are to be traced: those that begin a connection, or answer that. */
export interface TracedPackets {
  readonly protocol: 'tcp' | 'udp';
  /** whose packets are traced; undefined: anybody's */
  readonly source: string | undefined;
  /** where they are sent; a second address and port is where a translation leads them */
  readonly to: readonly { readonly address: string; readonly port: number }[];
  /** devices of the host at whose ingress packets are marked too, before all other rules */
  readonly devices: readonly string[];
}

/**
 * The argv that traces packets, in the network namespace that it is started in (trace-rules.sh).
 */
export const traceArgv = (seconds: number, table: string, packets: TracedPackets): string[] => [
  'sh',
  '-c',
  TRACE,
  'dbg',
  String(seconds),
  table,
  traceRules(table, packets),
];

/** A name that nft takes between quotes as it is. */
const PLAIN_NAME = /^[\w.@:-]+$/;

/**
 * The lines for nft. Each table stands alone: a kernel without one family leaves out that one. The
 * hooks have a lower priority than those of raw tables (-300), so that they come first. A limit
 * keeps a busy port from being traced at length.
 */
export function traceRules(table: string, { protocol, source, to, devices }: TracedPackets): string {
  const matches = to.flatMap(({ address, port }) => {
    const ip = isIP(address) === 6 ? 'ip6' : 'ip';
    const [from, answered] =
      source === undefined || isIP(source) !== isIP(address)
        ? ['', '']
        : [`${ip} saddr ${source} `, `${ip} daddr ${source} `];
    const begins = protocol === 'tcp' ? ' tcp flags & syn == syn' : '';
    return [
      `${from}${ip} daddr ${address} ${protocol} dport ${port}${begins}`,
      `${answered}${ip} saddr ${address} ${protocol} sport ${port}${begins}`,
    ];
  });
  // Whoever drops all frames drops the question for the peer's MAC address first.
  const questions = to.flatMap(({ address }) => (isIP(address) === 4 ? [`arp daddr ip ${address}`] : []));
  const chain = (family: string, name: string, hook: string) => [
    `add chain ${family} ${table} ${name} { type filter hook ${hook} priority -500; }`,
    ...[...matches, ...(family === 'inet' ? [] : questions)].map(
      (match) =>
        `add rule ${family} ${table} ${name} ${match} limit rate 20/second burst 20 packets meta nftrace set 1`,
    ),
  ];
  const own = (family: string) => `add table ${family} ${table} { flags owner; }`;
  const ports = devices.filter((name) => PLAIN_NAME.test(name));
  return [
    own('inet'),
    ...chain('inet', 'prerouting', 'prerouting'),
    ...chain('inet', 'output', 'output'),
    ...(devices.length > 0 ? [own('bridge'), ...chain('bridge', 'prerouting', 'prerouting')] : []),
    ...(ports.length > 0 ? [own('netdev')] : []),
    ...ports.flatMap((name, at) => chain('netdev', `ingress${at}`, `ingress device "${name}"`)),
  ].join('\n');
}

/** A rule, or the policy of a chain, that took traced packets, and how many. */
export interface TracedRule extends Pick<FirewallRule, 'text' | 'verdict'> {
  readonly packets: number;
}

/**
 * Reads what `nft monitor trace` prints: "trace id 30 inet t out rule tcp dport 80 drop (verdict
 * drop)", "trace id 30 inet t out policy drop". Those that took most come first.
 */
export function parseTrace(printed: string): TracedRule[] {
  const taken = new Map<string, { rule: Omit<TracedRule, 'packets'>; ids: Set<string> }>();
  for (const line of printed.split('\n')) {
    const [, id, family, table, chain, what = ''] = /^trace id (\w+) (\S+) (\S+) (\S+) (.*)$/.exec(line.trim()) ?? [];
    const [, rule] = /^rule (.*) \(verdict drop\)$/.exec(what) ?? [];
    if (id === undefined || (rule === undefined && !/^policy drop$/.test(what.trim()))) continue;
    const words = rule === undefined ? 'policy drop' : rule.replace(/ counter packets \d+ bytes \d+/, '');
    const text = `nft ${family} ${table} ${chain}: ${words}`;
    const isReject = rule !== undefined && /\breject\b/.test(rule.replace(/"(?:\\.|[^"\\])*"/g, '""'));
    const its = taken.get(text) ?? { rule: { text, verdict: isReject ? 'reject' : 'drop' }, ids: new Set() };
    taken.set(text, its);
    its.ids.add(id);
  }
  return [...taken.values()]
    .map(({ rule, ids }) => ({ ...rule, packets: ids.size }))
    .toSorted((one, other) => other.packets - one.packets);
}
