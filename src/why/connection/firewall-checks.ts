import type { DroppingChain, Grown } from '../../network/reach/firewall-rules.ts';
import { shellLine, shellQuote } from '../../text.ts';
import { checkOf } from '../check.ts';
import type { Evidence, Finding } from '../finding.ts';
import { isThisHost, type Attempt, type ConnectionFacts, type Peer } from './connection-facts.ts';

const check = checkOf<ConnectionFacts>();

/** Checks for the rule that took the packets: its counter grew by as many as were sent, or more. */
export const HOST_FIREWALL_CHECKS = [
  check({
    id: 'own.firewall',
    layer: 'route',
    about: "A firewall rule in the container's own network namespace drops or refuses what it sends, or the answer.",
    needs: ['from', 'wish', 'attempt', 'taken', 'droppingChains'],
    find: ({ from: { name }, wish, attempt, taken, droppingChains }) => [
      ...taken.own.flatMap((rule) => finding(rule, attempt, `of "${name}" itself`, enterLine(name))),
      ...suspects(droppingChains.own, AT_AN_END, wish, attempt, `of "${name}" itself`, enterLine(name)),
    ],
  }),
  check({
    id: 'host.dropped',
    layer: 'host',
    about: "A firewall rule of the host's dropped what was sent.",
    needs: ['from', 'peer', 'wish', 'attempt', 'taken', 'droppingChains'],
    find: ({ from, peer, wish, attempt, taken, droppingChains }) => {
      const passed = isInHostNetwork(from) || endsAtHost(peer) ? AT_AN_END : ON_THE_WAY;
      return [
        ...byVerdict(taken.host, 'drop', attempt),
        ...suspects(droppingChains.host, passed, wish, attempt, "of the host's", ''),
      ];
    },
  }),
  check({
    id: 'host.rejected',
    layer: 'host',
    about: "A firewall rule of the host's refused what was sent.",
    needs: ['attempt', 'taken'],
    find: ({ attempt, taken }) => byVerdict(taken.host, 'reject', attempt),
  }),
] as const;

export const PEER_FIREWALL_CHECK = check({
  id: 'peer.firewall',
  layer: 'peer',
  about: "A firewall rule in the peer's own network namespace drops or refuses what it is sent.",
  needs: ['peer', 'wish', 'attempt', 'taken', 'droppingChains'],
  find: ({ peer, wish, attempt, taken, droppingChains }) => {
    if (peer.kind !== 'container') return [];
    const { name } = peer.container;
    return [
      ...taken.peer.flatMap((rule) => finding(rule, attempt, `of "${name}" itself`, enterLine(name))),
      ...suspects(droppingChains.peer, AT_AN_END, wish, attempt, `of "${name}" itself`, enterLine(name)),
    ];
  },
});

const byVerdict = (rules: readonly Grown[], verdict: Grown['verdict'], attempt: Attempt) =>
  rules.filter((rule) => rule.verdict === verdict).flatMap((rule) => finding(rule, attempt, 'of the host', ''));

/** What stands before a command that is about rules in a container's network. */
const enterLine = (name: string) => `dbg exec ${shellQuote(name)} `;

const isInHostNetwork = (from: ConnectionFacts['from']) => isThisHost(from) || from.networkMode === 'host';
const endsAtHost = (peer: Peer) =>
  peer.kind === 'host' || (peer.kind === 'container' && peer.container.networkMode === 'host');

/** The hooks that packets pass where they begin or end, and where they are only passed on. */
const [AT_AN_END, ON_THE_WAY] = [/^(?!forward$)/, /^(?!(?:input|output)$)/];

/**
 * The chains of nft's that may have dropped what was sent, as no answer came: packets pass their
 * hook, and their policy drops what no rule of theirs accepts. Only suspects, as no counter tells.
 */
function suspects(
  chains: readonly DroppingChain[],
  passed: RegExp,
  { protocol }: ConnectionFacts['wish'],
  { address, port, outcome }: Attempt,
  whose: string,
  enter: string,
): Finding[] {
  // A UDP port may be silent as nothing is to be answered.
  if (outcome !== 'silent' || protocol === 'udp') return [];
  const families = ['inet', 'bridge', 'netdev', address.includes(':') ? 'ip6' : 'ip'];
  return chains
    .filter(({ family, hook }) => families.includes(family) && passed.test(hook))
    .map(({ text, hook }) => ({
      severity: 'suspect',
      sentence: `a firewall policy ${whose} drops what no rule of its chain accepts, perhaps what is sent to ${address}:${port}: nft ${text}: policy drop`,
      evidence: [
        {
          seen: `hook ${hook}, policy drop, which has no counter`,
          command: `${enter}nft list chain ${quotedWords(text)}`,
        },
      ],
      next: [
        {
          what: 'count what comes to its end, and try again',
          command: `${enter}nft add rule ${quotedWords(text)} counter`,
        },
      ],
    }));
}

const quotedWords = (text: string) => text.split(' ').map(shellQuote).join(' ');

/** The command that lists a rule with its counter. */
function listing({ text }: Grown): string[] {
  const [, program, table, chain] = /^(\S+) -t (\S+) -[AP] (\S+)/.exec(text) ?? [];
  if (program === undefined) return ['nft', 'list', 'ruleset'];
  return [program, '-t', table!, '-vnxL', chain!];
}

/**
 * A finding where the outcome fits the rule: silence for one that drops, an error for one that
 * rejects. A counter that grew by just the number of packets sent is proof. One that grew by more
 * may have counted others' packets too, so it is a suspect.
 */
function finding(rule: Grown, { address, port, outcome, sent }: Attempt, whose: string, into: string): Finding[] {
  const fits = rule.verdict === 'drop' ? outcome === 'silent' : outcome === 'refused' || outcome === 'unreachable';
  if (!fits || rule.grew < sent) return [];
  const what = rule.verdict === 'drop' ? 'drops' : 'refuses';
  const command = into + shellLine(listing(rule));
  const evidence: Evidence = { seen: `its counter grew by ${rule.grew} while ${sent} packets were sent`, command };
  return [
    {
      severity: rule.grew === sent ? 'broken' : 'suspect',
      sentence: `a firewall rule ${whose} ${what} what is sent to ${address}:${port}: ${rule.text}`,
      evidence: [evidence],
      next: [{ what: 'if the rule is not intended, take it away', command: undoing(rule, into) }],
    },
  ];
}

/**
 * The command that takes a rule back. A container with NET_ADMIN chooses the words of its rules,
 * and its comments may hold `$(…)`: each word is quoted for the shell in which a person pastes it.
 */
function undoing({ text }: Grown, into: string): string {
  if (text.startsWith('nft ')) return `${into}nft -a list ruleset   # then: ${into}nft delete rule … handle NUMBER`;
  const [program, option, table, change, ...rest] = wordsOf(text);
  const back = change === '-P' ? ['-P', rest[0]!, 'ACCEPT'] : ['-D', ...rest];
  return into + shellLine([program!, option!, table!, ...back]);
}

/**
 * The words of a line of iptables-save(8). A word with other characters than plain ones is in
 * double quotes there, with a backslash before each quote and backslash (xtables_save_string).
 */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:\\.|[^"\\])*)"|\S+/g)].map(
    ([word, quoted]) => quoted?.replace(/\\(.)/g, '$1') ?? word,
  );
}
