import { readNftRule } from './read-nft-rule.ts';
import type { PacketAt, Walked } from './walk-saved.ts';

interface NftChain {
  readonly text: string;
  /** the hook's name; empty for a chain that others jump to */
  readonly hook: string;
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
  readonly rules: readonly string[];
}

/** The names that nft prints for priorities (nft(8), CHAINS). */
const PRIORITIES: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
};

/** The most rules that are walked: chains may lead to each other. */
const MOST_RULES = 20_000;

/**
 * Walks the chains at a packet's hook of what `nft list ruleset` prints, in the order of their
 * priorities, as the kernel would. A chain that accepts ends there; the chains behind it still see
 * the packet.
 * @param leftOut tables that are walked elsewhere: "ip filter" is iptables' own
 */
export function walkNft(printed: string, leftOut: ReadonlySet<string>, packet: PacketAt): Walked {
  const chains = chainsIn(printed, packet.source.includes(':') ? 'ip6' : 'ip', leftOut);
  let [isSure, left] = [true, MOST_RULES];
  const walk = (chain: NftChain, way: readonly string[]): Omit<Walked, 'isSure'> | undefined => {
    if (way.includes(chain.text)) return undefined;
    for (const line of chain.rules) {
      if (left-- <= 0) return undefined;
      const { fits, verdict, target } = readNftRule(line, packet);
      if (fits === 'no' || verdict === 'none') continue;
      if (fits === 'unknown') isSure = false;
      const rule = `nft ${chain.text}: ${line}`;
      if (verdict === 'drop' || verdict === 'reject') return { verdict, rule };
      if (fits === 'unknown') continue;
      if (verdict === 'accept') return { verdict, rule };
      if (verdict === 'return') return undefined;
      const next = chains.get(`${chain.text.split(' ').slice(0, 2).join(' ')} ${target}`);
      const found = next && walk(next, [...way, chain.text]);
      if (found !== undefined) return found;
      if (verdict === 'goto') return undefined;
    }
    return undefined;
  };
  const at = [...chains.values()].filter(({ hook }) => hook === packet.hook);
  for (const chain of at.toSorted((one, other) => one.priority - other.priority)) {
    const found = walk(chain, []) ?? { verdict: chain.policy, rule: `nft ${chain.text}: policy ${chain.policy}` };
    if (found.verdict !== 'accept') return { ...found, isSure };
  }
  return { verdict: 'accept', rule: 'nft: no chain drops it', isSure };
}

/** The chains of the tables of a family, by "FAMILY TABLE CHAIN". */
function chainsIn(printed: string, family: 'ip' | 'ip6', leftOut: ReadonlySet<string>): Map<string, NftChain> {
  const found = new Map<string, NftChain>();
  let [table, text]: [string, string | undefined] = ['', undefined];
  for (const line of printed.split('\n')) {
    const [, opened] = /^table (\S+ \S+) \{/.exec(line) ?? [];
    if (opened !== undefined) table = opened;
    const [, name] = /^\tchain (\S+) \{/.exec(line) ?? [];
    if (name !== undefined) {
      const isWalked = !leftOut.has(table) && [family, 'inet'].includes(table.split(' ')[0]!);
      text = isWalked ? `${table} ${name}` : undefined;
      if (text) found.set(text, { text, hook: '', priority: 0, policy: 'accept', rules: [] });
    } else if (line === '\t}') text = undefined;
    else if (text !== undefined && line.startsWith('\t\t')) found.set(text, withLine(found.get(text)!, line.trim()));
  }
  return found;
}

function withLine(chain: NftChain, line: string): NftChain {
  const [, hook, priority = '', policy] =
    /^type \w+ hook (\w+)(?: device \S+)? priority ([^;]+);(?: policy (\w+);)?/.exec(line) ?? [];
  if (hook === undefined) return { ...chain, rules: [...chain.rules, line] };
  const [, name = '', number = '0'] = /^([a-z]*)\s*((?:[-+]\s*)?\d+)?$/.exec(priority.trim()) ?? [];
  return {
    ...chain,
    hook,
    priority: (PRIORITIES[name] ?? 0) + Number(number.replace(/\s/g, '')),
    policy: policy === 'drop' ? 'drop' : 'accept',
  };
}
