import { dirname, join } from 'node:path';
import { type Command, CommanderError } from 'commander';
import type { Context } from '../context.ts';
import { DbgError, EXIT } from '../errors.ts';
import { escapeControls } from '../text.ts';
import { failureText } from '../ui/failure.ts';
import { program } from './program.ts';
import { exitCodeOf } from './verb.ts';

/** Runs dbg's command line and gives the exit code. The one place where errors become text and codes. */
export async function run(ctx: Context): Promise<number> {
  sayWhoMayChange(ctx);
  const args = asMeant(ctx.args);
  try {
    const dbg = await program({ ...ctx, args });
    const unknown = unknownVerb(dbg, args);
    if (unknown?.length === 1) await (await import('./unknown-verb.ts')).refuseContainerAsVerb(ctx, dbg, args);
    // Without what follows it: commander would show its help for `nosuch --help`, as if all were
    // well.
    await dbg.parseAsync(unknown ?? args, { from: 'user' });
    return exitCodeOf(dbg);
  } catch (error) {
    // commander has printed its help or its error already; only its code is ours to choose.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
    if (error instanceof DbgError) {
      ctx.stderr.write(failureText(error.message, error.next));
      return error.exitCode;
    }
    ctx.stderr.write(
      failureText(`unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, []),
    );
    return EXIT.failed;
  }
}

/**
 * What people type who know docker, as commander takes it. `help VERB` is the verb's own --help:
 * commander ends its own with `process.exitCode`, which is that of a failure until dbg has ended
 * (main.ts).
 */
function asMeant(words: readonly string[]): readonly string[] {
  const [first, second, ...rest] = words;
  if (first === undefined) return ['--help'];
  if (first === 'version' || first === '-v') return ['--version'];
  if (first === 'help') return [...words.slice(1), '--help'];
  return first === 'api' && second === 'help' ? [first, ...rest, '--help'] : words;
}

/**
 * The words up to the first one that stands where a verb belongs and is none; undefined when each
 * verb is one.
 */
function unknownVerb(root: Command, words: readonly string[]): readonly string[] | undefined {
  let command = root;
  for (const [at, word] of words.entries()) {
    if (command.commands.length === 0 || word.startsWith('-')) return undefined;
    const verb = command.commands.find((each) => each.name() === word);
    if (verb === undefined) return words.slice(0, at + 1);
    command = verb;
  }
  return undefined;
}

/** Called by programs, which show as an error what is on stderr (Wireshark), or nobody (a shell that completes). */
const CALLED_BY_PROGRAMS = ['extcap', '__complete'];

/** One line, where root runs code that somebody else may change: who may is root whenever he likes. */
function sayWhoMayChange({ args, host, assetFolder, stderr }: Context): void {
  if (!host.isRoot || CALLED_BY_PROGRAMS.includes(args[0] ?? '')) return;
  const found = host.changeableCode([assetFolder, join(dirname(assetFolder), 'bin')]);
  if (found === undefined) return;
  stderr.write(`dbg: ${found.who} may change ${escapeControls(found.path)}, and by it what root runs here\n`);
}
