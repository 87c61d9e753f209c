import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { findContainer } from '../../engine/find-container.ts';
import { matching } from '../../engine/match.ts';
import { enterable } from '../../enter/target.ts';
import { interfaceNames, names, networks, ports } from './completion-names.ts';
import { type Candidate, type ExpectedWord, expectedWord } from './completion-wanted.ts';

/**
 * The answer to the scripts: on the first line "words", "files", "command N" or "nothing"; then, for words, each on a line of
 * its own, with a tab and what it is. `words` are those after `dbg`; N counts among them from 0. The shells filter.
 */
export async function answer(ctx: Context, root: Command, words: readonly string[]): Promise<string> {
  const what = expectedWord(root, words);
  if (what.kind === 'command') return `command ${what.from}\n`;
  if (what.kind === 'files' || what.kind === 'nothing') return `${what.kind}\n`;
  const typed = words.at(-1) ?? '';
  // `--network=we`, `web,d`: the shells complete the whole word.
  const prefix = (what.kind === 'container lists' ? /^.*,/ : /^--[^=]+=/).exec(typed)?.[0] ?? '';
  try {
    return wordsText(await candidates(ctx, what, typed), prefix);
  } catch {
    return 'nothing\n'; // no engine, no permission, no such container: a person is typing
  }
}

async function candidates(ctx: Context, what: ExpectedWord, typed: string): Promise<readonly Candidate[]> {
  switch (what.kind) {
    case 'words':
      return what.words;
    case 'containers':
    case 'container lists': {
      const all = await (await ctx.engine()).list();
      return typed.slice(typed.lastIndexOf(',') + 1).startsWith(':') ? ports(all) : names(all);
    }
    case 'networks': {
      const all = await (await ctx.engine()).list();
      return networks(what.container === undefined ? all : matching(all, what.container).containers);
    }
    case 'interfaces':
      return what.container === undefined ? [] : interfaces(ctx, what.container);
    default:
      return [];
  }
}

/** Which interfaces a process sees is in /proc for everybody to read: no namespace is entered, and no root needed. */
async function interfaces(ctx: Context, ref: string): Promise<Candidate[]> {
  const { pid } = enterable(ctx.host, await findContainer(await ctx.engine(), ref), ctx.now());
  return interfaceNames(ctx.host.read(`/proc/${pid}/net/dev`) ?? '');
}

/** One candidate on a line. What would break the line, or could not be seen, is nobody's to type, and is left out. */
function wordsText(words: readonly Candidate[], prefix: string): string {
  const typable = words.filter(({ word }) => word !== '' && !/\p{C}|(?! )\p{Z}/u.test(word));
  return ['words', ...typable.map(({ word, about }) => `${prefix}${word}\t${about}`), ''].join('\n');
}
