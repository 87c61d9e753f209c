import type { DroppingChain, Grown } from '../../../network/rules/firewall-rules.ts';
import { shellLine, shellQuote } from '../../../text.ts';
import { checkOf } from '../../check.ts';
import { namesEnd } from '../../../network/rules/firewall-rules.ts';
import { listing, undoing } from './rule-commands.ts';
import type { Evidence, Finding } from '../../finding.ts';
import { isThisHost, type Attempt, type ConnectionFacts, type Peer, type Traced } from '../connection-facts.ts';
import { counted } from '../../container/words.ts';

const check = checkOf<ConnectionFacts>();

/** Checks for the rule that took the packets: its counter grew by as many as were sent, or more. */
export const HOST_FIREWALL_CHECKS = [
  check({
    id: 'own.firewall',
    layer: 'route',
    about: "A firewall rule in the container's own network namespace drops or refuses what it sends, or the answer.",
    needs: ['from', 'attempt', 'taken'],
    find: ({ from: { name }, attempt, taken }) =>
      taken.own.flatMap((rule) => finding(rule, attempt, `of "${name}" itself`, enterLine(name))),
  }),
  check({
    id: 'own.rule-traced',
    layer: 'route',
    about: "A rule of nft's in the container's own network namespace that has no counter: the kernel's trace tells.",
    needs: ['from', 'wish', 'attempt', 'droppingChains', 'traced'],
    find: ({ from: { name }, wish, attempt, droppingChains, traced }) =>
      byTrace(traced.own, { whose: `of "${name}" itself`, into: enterLine(name), attempt }) ??
      suspects(droppingChains.own, AT_AN_END, wish, attempt, `of "${name}" itself`, enterLine(name)),
  }),
  check({
    id: 'host.dropped',
    layer: 'host',
    about: "A firewall rule of the host's dropped what was sent.",
    needs: ['attempt', 'taken'],
    find: ({ attempt, taken }) => byVerdict(taken.host, 'drop', attempt),
  }),
  check({
    id: 'host.rejected',
    layer: 'host',
    about: "A firewall rule of the host's refused what was sent.",
    needs: ['attempt', 'taken'],
    find: ({ attempt, taken }) => byVerdict(taken.host, 'reject', attempt),
  }),
  check({
    id: 'host.rule-traced',
    layer: 'host',
    about: "A rule of nft's on the host that has no counter dropped or refused it: the kernel's trace tells.",
    needs: ['from', 'peer', 'wish', 'attempt', 'droppingChains', 'traced'],
    find: ({ from, peer, wish, attempt, droppingChains, traced }) => {
      const passed = isInHostNetwork(from) || endsAtHost(peer) ? AT_AN_END : ON_THE_WAY;
      return (
        byTrace(traced.host, { whose: 'of the host', into: '', attempt }) ??
        suspects(droppingChains.host, passed, wish, attempt, 'of the host', '')
      );
    },
  }),
] as const;

/** The same in the peer's own namespace. */
export const PEER_FIREWALL_CHECKS = [
  check({
    id: 'peer.firewall',
    layer: 'peer',
    about: "A firewall rule in the peer's own network namespace drops or refuses what it is sent.",
    needs: ['peer', 'attempt', 'taken'],
    find: ({ peer, attempt, taken }) => {
      if (peer.kind !== 'container') return [];
      const { name } = peer.container;
      return taken.peer.flatMap((rule) => finding(rule, attempt, `of "${name}" itself`, enterLine(name)));
    },
  }),
  check({
    id: 'peer.rule-traced',
    layer: 'peer',
    about: "A rule of nft's in the peer's own network namespace that has no counter: the kernel's trace tells.",
    needs: ['peer', 'wish', 'attempt', 'droppingChains', 'traced'],
    find: ({ peer, wish, attempt, droppingChains, traced }) => {
      if (peer.kind !== 'container') return [];
      const [whose, into] = [`of "${peer.container.name}" itself`, enterLine(peer.container.name)];
      return (
        byTrace(traced.peer, { whose, into, attempt }) ??
        suspects(droppingChains.peer, AT_AN_END, wish, attempt, whose, into)
      );
    },
  }),
] as const;

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

/**
 * A finding where the outcome fits the rule: silence for one that drops, an error for one that
 * rejects. A counter that grew by just the number of packets sent is proof, and so is one that grew
 * by more if the rule names this port or address: answers are sent again too. Any other that grew
 * by more may have counted others' packets, so it is a suspect.
 */
function finding(rule: Grown, { address, port, outcome, sent }: Attempt, whose: string, into: string): Finding[] {
  const fits = rule.verdict === 'drop' ? outcome === 'silent' : outcome === 'refused' || outcome === 'unreachable';
  if (!fits || rule.grew < sent) return [];
  const what = rule.verdict === 'drop' ? 'drops' : 'refuses';
  const command = into + shellLine(listing(rule));
  const evidence: Evidence = { seen: `its counter grew by ${rule.grew} while ${sent} packets were sent`, command };
  return [
    {
      severity: rule.grew === sent || namesEnd(rule.text, { address, port }) ? 'broken' : 'suspect',
      sentence: `a firewall rule ${whose} ${what} what is sent to ${address}:${port}: ${rule.text}`,
      evidence: [evidence],
      next: [{ what: 'if the rule is not intended, take it away', command: undoing(rule, into) }],
    },
  ];
}

/**
 * What the kernel's trace tells; undefined where none was made. It follows single packets of the
 * attempt, so what took one is no suspect.
 */
function byTrace(
  rules: Traced['own'],
  { whose, into, attempt }: { readonly whose: string; readonly into: string; readonly attempt: Attempt },
): Finding[] | undefined {
  const { address, port, outcome } = attempt;
  return rules
    ?.filter(({ verdict }) => outcome !== (verdict === 'drop' ? 'refused' : 'silent'))
    .map(({ text, verdict, packets }) => ({
      severity: 'broken',
      sentence: `a firewall rule ${whose} ${verdict === 'drop' ? 'drops' : 'refuses'} what is sent to ${address}:${port}: ${text}`,
      evidence: [
        {
          seen: `the kernel's trace (nftrace) of dbg's packets ends there, ${counted(packets, 'time')}`,
          command: `${into}nft -a list ruleset`,
        },
      ],
      next: [
        text.endsWith(': policy drop')
          ? {
              what: 'let a rule of that chain accept it; see which there are',
              command: `${into}nft list chain ${quotedWords(text.replace(/^nft (.*): policy drop$/, '$1'))}`,
            }
          : {
              what: 'if the rule is not intended, take it away',
              command: undoing({ text }, into),
            },
      ],
    }));
}
