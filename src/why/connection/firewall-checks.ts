import type { Grown } from '../../network/reach/firewall-rules.ts';
import { shellQuote } from '../../text.ts';
import { checkOf } from '../check.ts';
import type { Evidence, Finding } from '../finding.ts';
import type { Attempt, ConnectionFacts } from './connection-facts.ts';

const check = checkOf<ConnectionFacts>();

/** Checks for the rule that took the packets: its counter grew by as many as were sent, or more. */
export const HOST_FIREWALL_CHECKS = [
  check({
    id: 'own.firewall',
    layer: 'route',
    about: "A firewall rule in the container's own network namespace drops or refuses what it sends, or the answer.",
    needs: ['from', 'attempt', 'taken'],
    find: ({ from: { name }, attempt, taken }) =>
      taken.own.flatMap((rule) => finding(rule, attempt, `of "${name}" itself`, inside(name))),
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
] as const;

export const PEER_FIREWALL_CHECK = check({
  id: 'peer.firewall',
  layer: 'peer',
  about: "A firewall rule in the peer's own network namespace drops or refuses what it is sent.",
  needs: ['peer', 'attempt', 'taken'],
  find: ({ peer, attempt, taken }) => {
    if (peer.kind !== 'container') return [];
    const { name } = peer.container;
    return taken.peer.flatMap((rule) => finding(rule, attempt, `of "${name}" itself`, inside(name)));
  },
});

const byVerdict = (rules: readonly Grown[], verdict: Grown['verdict'], attempt: Attempt) =>
  rules.filter((rule) => rule.verdict === verdict).flatMap((rule) => finding(rule, attempt, 'of the host', ''));

/** What stands before a command that is about rules in a container's network. */
const inside = (name: string) => `dbg exec ${shellQuote(name)} `;

/** The command that lists a rule with its counter. */
function listing({ text }: Grown): string[] {
  const [, program, table, chain] = /^(\S+) -t (\S+) -[AP] (\S+)/.exec(text) ?? [];
  if (program === undefined) return ['nft', 'list', 'ruleset'];
  return [program, '-t', table!, '-vnxL', shellQuote(chain!)];
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
  const command = `${into}${listing(rule).join(' ')}`;
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

function undoing({ text }: Grown, into: string): string {
  if (text.includes(' -P ')) return `${into}${text.replace(/DROP$/, 'ACCEPT')}`;
  return text.startsWith('nft ')
    ? `${into}nft -a list ruleset   # then: ${into}nft delete rule … handle NUMBER`
    : `${into}${text.replace(' -A ', ' -D ')}`;
}
