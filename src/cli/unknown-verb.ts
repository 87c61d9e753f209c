import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { matching } from '../engine/match.ts';
import { type NextStep, usageError } from '../errors.ts';
import { VerbArgument } from './arguments/verb-argument.ts';
import { shellQuote } from '../text.ts';

/**
 * For `dbg web`: throws a usage error that tells what web is and what can be done with it, when an
 * engine answers and has such a container. Otherwise it is a typing mistake, and nothing is thrown:
 * commander then says which verb is near.
 */
export async function refuseContainerAsVerb(ctx: Context, root: Command, words: readonly string[]): Promise<void> {
  const [ref = '', ...rest] = words;
  const found = await containersOf(ctx, ref);
  const [first] = found;
  if (first === undefined) return;
  const verbs = root.commands.filter(takesContainer).map((verb) => verb.name());
  const what =
    found.length > 1
      ? `fits ${found.length} containers, and is no verb`
      : `is a container (${first.name === ref ? '' : `${first.name}, `}${first.state}), and no verb`;
  const message = `"${ref}" ${what}; the verb comes first: ${verbs.join(', ')}`;
  // `dbg web ps -a`: the words are right, only in another order.
  const swapped = verbs.includes(rest[0] ?? '') ? [rest[0]!, ref, ...rest.slice(1)] : ['shell', ref];
  const next: NextStep[] = [
    { what: 'say', command: ['dbg', ...swapped.map(shellQuote)].join(' ') },
    { what: 'what each does', command: 'dbg --help' },
  ];
  throw usageError(message, next);
}

/** Whether a verb's first word is a container, or several. */
const takesContainer = ({ registeredArguments: [first] }: Command): boolean =>
  first instanceof VerbArgument && first.kind.startsWith('container');

/**
 * The containers that a word fits; empty when no engine answers. A person who mistyped a verb need
 * not read about engines.
 */
async function containersOf(ctx: Context, ref: string) {
  try {
    return matching(await (await ctx.engine()).list(), ref).containers;
  } catch {
    return [];
  }
}
