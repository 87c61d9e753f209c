import { isWithin } from './address-prefix.ts';

/** The first packet of a connection from outside, at one hook on its way. */
export interface PacketAt {
  readonly hook: 'prerouting' | 'forward' | 'input';
  readonly source: string;
  readonly protocol: 'tcp' | 'udp';
  /** undefined: any address of the host */
  readonly destination: string | undefined;
  readonly port: number;
  /** the device by which the packet comes */
  readonly from: string;
  /** the device by which it goes; undefined where that is not decided yet, or it goes nowhere */
  readonly to: string | undefined;
}

/** What a firewall would do with a packet, and the rule that decides. */
export interface Walked {
  readonly verdict: 'accept' | 'drop' | 'reject';
  /**
   * "iptables -t filter -A DOCKER-USER -s 192.0.2.7/32 -j DROP", "nft inet fw forward: tcp dport 80
   * drop", or a policy: "iptables -t filter -P FORWARD DROP", "nft inet fw forward: policy drop"
   */
  readonly rule: string;
  /** whether every rule on the way is of a kind that is understood here */
  readonly isSure: boolean;
}

/** The most rules that are walked: chains may lead to each other. */
const MOST_RULES = 20_000;

/** The tables that a packet passes at a hook, in their order (iptables(8)). */
const TABLES = {
  prerouting: ['raw', 'mangle'],
  forward: ['mangle', 'filter', 'security'],
  input: ['mangle', 'filter', 'security'],
} as const;

/**
 * Walks the chains of a hook of what iptables-save(8) or ip6tables-save(8) prints, as the kernel
 * would with this packet. No packet is sent: nobody but its sender could send it. Where no rule
 * decides, the last policy is the answer.
 */
export function walkSaved(program: string, saved: string, packet: PacketAt): Walked {
  const chain = packet.hook.toUpperCase();
  let walked: Walked = { verdict: 'accept', rule: `${program} -t filter -P ${chain} ACCEPT`, isSure: true };
  for (const table of TABLES[packet.hook]) {
    const [, lines] = new RegExp(`^\\*${table}\\n([^]*?)^COMMIT`, 'm').exec(saved) ?? [];
    if (lines === undefined) continue;
    const found = walkTable(lines.split('\n'), chain, packet);
    walked = { ...found, rule: `${program} -t ${table} ${found.rule}`, isSure: walked.isSure && found.isSure };
    if (walked.verdict !== 'accept') return walked;
  }
  return walked;
}

function walkTable(lines: readonly string[], first: string, packet: PacketAt): Walked {
  const chains = new Map<string, string[]>();
  for (const counted of lines) {
    const line = counted.replace(/^\[\d+:\d+\] /, '');
    const [, chain] = /^-A (\S+) /.exec(line) ?? [];
    if (chain !== undefined) chains.set(chain, [...(chains.get(chain) ?? []), line]);
  }
  let [isSure, left] = [true, MOST_RULES];
  const walk = (chain: string, way: readonly string[]): Omit<Walked, 'isSure'> | undefined => {
    // The kernel takes no chains that lead back to themselves.
    if (way.includes(chain)) return undefined;
    for (const rule of chains.get(chain) ?? []) {
      if (left-- <= 0) return undefined;
      const { fits, target } = readRule(rule, packet);
      if (fits === 'unknown' && target !== '') isSure = false;
      if (fits === 'no' || target === '') continue;
      if (target === 'DROP' || target === 'REJECT') return { verdict: target === 'DROP' ? 'drop' : 'reject', rule };
      if (fits === 'unknown') continue;
      if (target === 'ACCEPT') return { verdict: 'accept', rule };
      if (target === 'RETURN') return undefined;
      const found = walk(target, [...way, chain]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const found = walk(first, []);
  if (found !== undefined) return { ...found, isSure };
  const isDropped = lines.some((line) => line.startsWith(`:${first} DROP `));
  return { verdict: isDropped ? 'drop' : 'accept', rule: `-P ${first} ${isDropped ? 'DROP' : 'ACCEPT'}`, isSure };
}

interface Read {
  readonly fits: 'yes' | 'no' | 'unknown';
  /** the chain or verdict of -j or -g; empty for a rule that only counts or logs */
  readonly target: string;
}

/** Targets after which the next rule follows. */
const GOES_ON = ['LOG', 'NFLOG', 'MARK', 'CONNMARK', 'TCPMSS', 'ULOG', 'TRACE', 'AUDIT', 'CLASSIFY'];

function readRule(rule: string, packet: PacketAt): Read {
  const words = [...rule.matchAll(/"(?:\\.|[^"\\])*"|\S+/g)].map(([word]) => word).slice(2);
  let [fits, target, isNot]: [Read['fits'], string, boolean] = ['yes', '', false];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === '!') {
      isNot = true;
      continue;
    }
    const value = words[at + 1] ?? '';
    const is = /^-[jg]$/.test(word) || SKIPPED.includes(word) ? true : matches(word, value, packet);
    if (/^-[jg]$/.test(word)) target = GOES_ON.includes(value) ? '' : value;
    if (is === undefined) fits = fits === 'no' ? 'no' : 'unknown';
    else if (!SKIPPED.includes(word) && !/^-[jg]$/.test(word) && is === isNot) fits = 'no';
    // Each of these has one value; of what is not understood, all words up to the next are its.
    while (at + 1 < words.length && !/^(-|!$)/.test(words[at + 1]!)) at++;
    isNot = false;
  }
  return { fits, target };
}

/** Words that say nothing about which packets the rule is for. */
const SKIPPED = ['-m', '--comment', '--reject-with'];

/** Whether a packet is one that a match is for; undefined for a match that is not understood. */
function matches(word: string, value: string, packet: PacketAt): boolean | undefined {
  const device = (name: string | undefined) =>
    name === undefined ? undefined : value.endsWith('+') ? name.startsWith(value.slice(0, -1)) : name === value;
  switch (word) {
    case '-s':
      return isWithin(packet.source, value);
    case '-d':
      return packet.destination === undefined ? undefined : isWithin(packet.destination, value);
    case '-i':
      return device(packet.from);
    case '-o':
      return device(packet.to);
    case '-p':
      return value === packet.protocol || value === 'all';
    case '--dport':
    case '--dports':
      return value.split(',').some((range) => {
        const [first, last = first] = range.split(':').map(Number);
        return packet.port >= first! && packet.port <= last!;
      });
    case '--ctstate':
    case '--state':
      return value.split(',').some((state) => state === 'NEW' || state === 'DNAT');
    case '--syn':
      return true;
    default:
      return undefined;
  }
}
