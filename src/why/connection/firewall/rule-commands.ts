import { shellLine } from '../../../text.ts';

/** A rule as dbg shows it: "iptables -t filter -A INPUT -j DROP", "nft inet fw input: drop". */
type Rule = { readonly text: string };

/** The command that lists a rule with its counter. */
export function listing({ text }: Rule): string[] {
  const [, program, table, chain] = /^(\S+) -t (\S+) -[AP] (\S+)/.exec(text) ?? [];
  if (program === undefined) return ['nft', 'list', 'ruleset'];
  return [program, '-t', table!, '-vnxL', chain!];
}

/**
 * The command that takes a rule back. A container with NET_ADMIN chooses the words of its rules,
 * and its comments may hold `$(…)`: each word is quoted for the shell in which a person pastes it.
 */
export function undoing({ text }: Rule, into: string): string {
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
