import type { Command } from 'commander';
import { engineWordsIn } from '../../cli/arguments/engine-options.ts';
import type { Context } from '../../context.ts';
import { configFolder } from '../../engine/choice/docker-config.ts';
import { findContainer } from '../../engine/find-container.ts';
import { matching } from '../../engine/match.ts';
import { enterable } from '../../enter/target.ts';
import { interfaceNames, names, networks, ports } from './completion-names.ts';
import { type Candidate, type ExpectedWord, expectedWord } from './completion-wanted.ts';
import { containersSoon } from './remembered-containers.ts';

/**
 * The answer to the shells' scripts. Its first line is "words", "files", "command N" or "nothing".
 * After "words", each word follows on a line of its own, with a tab and a description. `words` are
 * the words after `dbg`; N counts among them from 0. The shells themselves drop the words that do
 * not fit.
 */
export async function answer(ctx: Context, root: Command, words: readonly string[]): Promise<string> {
  const what = expectedWord(root, words);
  if (what.kind === 'command') return `command ${what.from}\n`;
  if (what.kind === 'files' || what.kind === 'nothing') return `${what.kind}\n`;
  const typed = words.at(-1) ?? '';
  // In `--network=we` and `web,d` the shells complete the whole word, so each answer repeats the
  // part before.
  const prefix = (what.kind === 'container lists' ? /^.*,/ : /^--[^=]+=/).exec(typed)?.[0] ?? '';
  try {
    return wordsText(await candidates(ctx, what, words), prefix);
  } catch {
    return 'nothing\n'; // no engine, no permission, no such container: a person is typing
  }
}

async function candidates(ctx: Context, what: ExpectedWord, words: readonly string[]): Promise<readonly Candidate[]> {
  const typed = words.at(-1) ?? '';
  const list = () => containersSoon(ctx, words.slice(0, engineWordsIn(words.slice(0, -1))));
  switch (what.kind) {
    case 'words':
      return what.words;
    case 'containers':
    case 'container lists': {
      const all = await list();
      return typed.slice(typed.lastIndexOf(',') + 1).startsWith(':') ? ports(all) : names(all);
    }
    case 'contexts': {
      const { listContexts } = await import('../../engine/choice/context-store.ts');
      return listContexts(configFolder(ctx.env)).map(({ name, ...rest }) => ({
        word: name,
        about: 'description' in rest ? rest.description : '',
      }));
    }
    case 'networks': {
      const all = await list();
      return networks(what.container === undefined ? all : matching(all, what.container).containers);
    }
    case 'interfaces':
      return what.container === undefined ? [] : interfaces(ctx, what.container);
    default:
      return [];
  }
}

/**
 * The interfaces of a container. Everybody may read them in /proc/PID/net/dev, so no namespace is
 * entered and root is not needed.
 */
async function interfaces(ctx: Context, ref: string): Promise<Candidate[]> {
  // The processes of an engine by ssh are on its host.
  if ((await ctx.choice()).address.kind === 'ssh') return [];
  const { pid } = enterable(ctx.host, await findContainer(await ctx.engine(), ref), ctx.now());
  return interfaceNames(ctx.host.read(`/proc/${pid}/net/dev`) ?? '');
}

/**
 * One candidate a line. A word that would break the line, or that has invisible characters, is left
 * out, because nobody can type it.
 */
function wordsText(words: readonly Candidate[], prefix: string): string {
  const typable = words.filter(({ word }) => word !== '' && !/\p{C}|(?! )\p{Z}/u.test(word));
  return ['words', ...typable.map(({ word, about }) => `${prefix}${word}\t${about}`), ''].join('\n');
}
