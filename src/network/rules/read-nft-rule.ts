import { isWithin } from './address-prefix.ts';
import type { PacketAt } from './walk-saved.ts';

/** What a rule of nft's does with a packet. */
export interface NftRule {
  readonly fits: 'yes' | 'no' | 'unknown';
  /** "none": it counts, logs, marks or translates, and the next rule follows */
  readonly verdict: 'accept' | 'drop' | 'reject' | 'return' | 'jump' | 'goto' | 'none';
  /** the chain of a jump; empty for another verdict */
  readonly target: string;
}

/** Whether the packet is one that a value is for; undefined: that is not understood. */
type Matches = (value: string) => boolean | undefined;

/**
 * Reads a rule as `nft list ruleset` prints it, for one packet: "iifname "eth0" tcp dport { 80, 443
 * } counter packets 3 bytes 180 drop".
 */
export function readNftRule(line: string, packet: PacketAt): NftRule {
  const words = [...line.matchAll(/"(?:\\.|[^"\\])*"|\{[^}]*\}|[^\s,]+/g)].map(([word]) => word);
  let fits: NftRule['fits'] = 'yes';
  const note = (is: boolean | undefined) => {
    if (is === false || fits === 'no') fits = 'no';
    else if (is === undefined) fits = 'unknown';
  };
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const ended = verdictOf(words, at);
    if (ended) return { fits, ...ended };
    const passed = wordsWithoutMeaning(words, at);
    if (passed > 0) {
      at += passed - 1;
      continue;
    }
    const selector = selectorOf(words, at, packet);
    if (selector === undefined) {
      if (word !== 'meta') note(undefined);
      continue;
    }
    at += selector.length;
    const operator = words[at] ?? '';
    if (operator === 'vmap') return { fits, ...byMap(words[at + 1] ?? '', selector.matches) };
    const isNot = operator === '!=';
    if (isNot || operator === '==') at++;
    const is = matchesAny(words[at] ?? '', selector.matches);
    note(is === undefined ? undefined : is !== isNot);
  }
  return { fits, verdict: 'none', target: '' };
}

type Ended = Omit<NftRule, 'fits'>;

function verdictOf(words: readonly string[], at: number): Ended | undefined {
  const word = words[at]!;
  if (word === 'accept' || word === 'drop' || word === 'reject' || word === 'return')
    return { verdict: word, target: '' };
  if (word === 'jump' || word === 'goto') return { verdict: word, target: words[at + 1] ?? '' };
  // What translates or marks a packet is no verdict on it.
  return /^(dnat|snat|masquerade|redirect|continue|notrack|queue|tproxy)$/.test(word)
    ? { verdict: 'none', target: '' }
    : undefined;
}

/** How many words from here on say nothing about which packets the rule is for. */
function wordsWithoutMeaning(words: readonly string[], at: number): number {
  if (words[at] === 'counter') return words[at + 1] === 'packets' ? 5 : 1;
  if (words[at] === 'comment') return 2;
  if (words[at] !== 'log') return 0;
  let count = 1;
  while (/^(prefix|level|flags|group|snaplen|queue-threshold)$/.test(words[at + count] ?? '')) count += 2;
  return count;
}

interface Selector {
  /** how many words it has */
  readonly length: number;
  readonly matches: Matches;
}

function selectorOf(words: readonly string[], at: number, packet: PacketAt): Selector | undefined {
  const [word, next] = [words[at]!, words[at + 1] ?? ''];
  const one = (matches: Matches): Selector => ({ length: 1, matches });
  const two = (matches: Matches): Selector => ({ length: 2, matches });
  const family = packet.source.includes(':') ? 'ip6' : 'ip';
  switch (word) {
    case 'iif':
    case 'iifname':
      return one((value) => isDevice(packet.from, value));
    case 'oif':
    case 'oifname':
      return one((value) => (packet.to === undefined ? undefined : isDevice(packet.to, value)));
    case 'l4proto':
      return one((value) => value === packet.protocol);
    case 'ip':
    case 'ip6':
      if (!/^(saddr|daddr|protocol|nexthdr)$/.test(next)) return undefined;
      // A rule for the other family is for none of its packets.
      if (word !== family) return two(() => false);
      if (next === 'saddr') return two((value) => isAddress(packet.source, value));
      if (next === 'daddr')
        return two((value) => (packet.destination === undefined ? undefined : isAddress(packet.destination, value)));
      return two((value) => value === packet.protocol);
    case 'tcp':
    case 'udp':
    case 'th':
      if (word !== 'th' && word !== packet.protocol) return two(() => false);
      return next === 'dport' ? two((value) => isPort(packet.port, value)) : undefined;
    case 'ct':
      if (next !== 'state') return undefined;
      // A set that is no set: "ct state established,related" is printed without blanks.
      return two((value) => value.split(',').some((state) => state === 'new'));
    default:
      return undefined;
  }
}

const isDevice = (name: string, value: string) => {
  const plain = value.replace(/^"(.*)"$/, '$1');
  return plain.endsWith('*') ? name.startsWith(plain.slice(0, -1)) : name === plain;
};

function isAddress(address: string, value: string): boolean | undefined {
  // A range, "10.0.0.1-10.0.0.9".
  return value.includes('-') ? undefined : isWithin(address, value);
}

function isPort(port: number, value: string): boolean | undefined {
  const [first, last = first] = value.split('-').map(Number);
  return Number.isInteger(first) && Number.isInteger(last) ? port >= first! && port <= last! : undefined;
}

/** One value, or a set of them: "{ 80, 443 }". A set by its name, "@bad", is not understood. */
function matchesAny(value: string, matches: Matches): boolean | undefined {
  if (value.startsWith('@')) return undefined;
  const each = value.startsWith('{') ? value.slice(1, -1).split(',') : [value];
  const all = each.map((one) => matches(one.trim()));
  return all.includes(true) ? true : all.includes(undefined) ? undefined : false;
}

/** The verdict of a map: "{ 80 : drop, 443 : jump web }". */
function byMap(map: string, matches: Matches): Ended {
  if (!map.startsWith('{')) return { verdict: 'none', target: '' };
  const entries = map
    .slice(1, -1)
    .split(',')
    .map((entry) => /^(.*?) : (.*)$/.exec(entry.trim()));
  const entry = entries.find((each) => each !== null && matches(each[1]!) === true);
  return (entry && verdictOf(entry[2]!.split(' '), 0)) || { verdict: 'none', target: '' };
}
