import { VerbOption } from './verb-argument.ts';
import type { Command } from 'commander';
import type { Context } from '../../context.ts';
import { FROM_CONTAINER, isNameList, namesOf, parseNames } from '../../enter/environment/given-variables.ts';
import { escapeControls, shellQuote } from '../../text.ts';
import { chosenTarget } from './chosen-container.ts';

/**
 * Adds `--env-from-container`, alone or with names: `=A,B`, or `A,B` as the next word. commander
 * would take any next word for the names, even the container in `--env-from-container web env`. So
 * the next word is looked at before commander reads the words.
 */
export function addFromContainer<C extends Command>(command: C): C {
  const parse = command.parseOptions.bind(command);
  command.parseOptions = (argv) => parse(withoutGuess(command, argv));
  const about = "the container's variables of these names (A,B); alone: print which there are, and run nothing";
  return command.addOption(
    new VerbOption(
      `${FROM_CONTAINER} [=names]`,
      about,
      'nothing',
      (next) => next !== undefined && isNameList(next),
    ).argParser((list: string, before: readonly string[] | undefined) => [...(before ?? []), ...parseNames(list)]),
  );
}

/**
 * The words as commander should read them: the option has its value in the same word, even an empty
 * one. What follows the container is the tool's, and stays as it is.
 */
function withoutGuess({ options }: Command, argv: readonly string[]): string[] {
  const words: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (!word.startsWith('-') || word === '-' || word === '--') return [...words, ...argv.slice(at)];
    const next = argv[at + 1];
    if (word === FROM_CONTAINER) {
      const hasNames = next !== undefined && isNameList(next);
      words.push(`${word}=${hasNames ? next : ''}`);
      if (hasNames) at++;
      continue;
    }
    words.push(word);
    const takesNext = options.find(({ long, short }) => long === word || short === word)?.required === true;
    if (takesNext && next !== undefined) words.push(argv[++at]!);
  }
  return words;
}

/**
 * Does what `--env-from-container` alone does: prints the names, one on a line. The values may be
 * secrets, so they are not shown. Gives the exit code.
 */
export async function listVariables(ctx: Context, ref: string | undefined): Promise<number> {
  const { container } = await chosenTarget(ctx, ref);
  const names = namesOf(container.env);
  ctx.stdout.write(names.map((name) => `${name}\n`).join(''));
  const take = `dbg … ${FROM_CONTAINER}=${names.slice(0, 2).join(',')} ${shellQuote(container.name)} …`;
  const said =
    names.length === 0
      ? `${container.name} was given no variables; nothing was run`
      : `nothing was run; to take some of these:  ${take}`;
  ctx.stderr.write(`dbg: ${escapeControls(said)}\n`);
  return 0;
}
