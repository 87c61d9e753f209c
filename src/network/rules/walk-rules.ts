import { tablesOfIptables, programsIn } from './firewall-rules.ts';
import { walkNft } from './walk-nft.ts';
import { type PacketAt, type Walked, walkSaved } from './walk-saved.ts';

/**
 * What the firewalls of a namespace would do with a packet at the hooks on its way, by what
 * list-rules.sh prints. Each program's rules count: the first that drops or refuses is the answer.
 */
export function walkRules(printed: string, way: readonly PacketAt[]): Walked {
  const programs = programsIn(printed);
  const isIPv6 = way.some(({ source }) => source.includes(':'));
  const leftOut = tablesOfIptables(printed);
  let last: Walked = { verdict: 'accept', rule: 'no rule', isSure: true };
  for (const packet of way) {
    for (const { program, text } of programs) {
      if (program !== 'nft' && program.startsWith('ip6') !== isIPv6) continue;
      const walked = program === 'nft' ? walkNft(text, leftOut, packet) : walkSaved(program, text, packet);
      if (walked.verdict !== 'accept') return { ...walked, isSure: walked.isSure && last.isSure };
      last = { ...walked, isSure: walked.isSure && last.isSure };
    }
  }
  return last;
}
