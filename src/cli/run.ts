import { dirname, join } from 'node:path';
import { type Command, CommanderError } from 'commander';
import type { Context } from '../context.ts';
import { DbgError, EXIT } from '../errors.ts';
import { escapeControls } from '../text.ts';
import { THERE_VARIABLE } from '../host/there.ts';
import { failureText } from '../ui/failure.ts';
import { emptyWish, engineWordsIn } from './arguments/engine-options.ts';
import { stepsFor } from './client-words.ts';
import { asPlugin, isPlugin, pluginMetadata } from './docker-plugin.ts';
import { program } from './program.ts';
import { elsewhere } from './elsewhere/run-elsewhere.ts';
import { exitCodeOf, Verb, withSubcommands } from './verb.ts';

/**
 * Runs dbg's command line and gives the exit code. This is the one place where errors become texts
 * and codes.
 */
export async function run(called: Context): Promise<number> {
  const metadata = isPlugin(called) ? pluginMetadata(called) : undefined;
  if (metadata !== undefined) {
    called.stdout.write(metadata);
    return 0;
  }
  const ctx = isPlugin(called) ? asPlugin(called) : called;
  const engineWords = ctx.args.slice(0, engineWordsIn(ctx.args));
  const args = asMeant(ctx.args.slice(engineWords.length));
  const wish = emptyWish();
  const isThere = ctx.env[THERE_VARIABLE] !== undefined;
  const meant = isThere ? undefined : wish;
  const engine = {
    choice: () => ctx.choice(meant),
    engine: () => ctx.engine(meant),
    helperEngine: () => ctx.helperEngine(meant),
  };
  const own = { ...ctx, args, engineWords, ...engine };
  sayWhoMayChange(own);
  try {
    const dbg = await program(own, wish);
    // These count for all that follows. commander reads the words from the verb on later.
    dbg.parseOptions([...engineWords]);
    const unknown = unknownVerb(dbg, args);
    if (unknown?.length === 1) await (await import('./unknown-verb.ts')).refuseContainerAsVerb(own, dbg, args);
    // The words after an unknown verb are left out: for `nosuch --help`, commander would show its
    // help, as if all were well.
    for (const command of isThere ? [] : withSubcommands(dbg)) {
      if (command instanceof Verb) command.elsewhere = elsewhere(own, wish);
    }
    await dbg.parseAsync(unknown ?? args, { from: 'user' });
    return exitCodeOf(dbg);
  } catch (error) {
    // commander has already printed its help or its error; only the exit code is dbg's to choose.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
    if (error instanceof DbgError) {
      ctx.stderr.write(failureText(error.message, await stepsFor(own, wish, error.next)));
      return error.exitCode;
    }
    ctx.stderr.write(
      failureText(`unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, []),
    );
    return EXIT.failed;
  }
}

/**
 * Turns what people who know docker type into what commander takes. `help VERB` becomes the verb's
 * own --help: commander's `help` would end with `process.exitCode`, and that is the code of a
 * failure until dbg has ended (main.ts).
 */
function asMeant(words: readonly string[]): readonly string[] {
  const [first, second, ...rest] = words;
  if (first === undefined) return ['--help'];
  if (first === 'version' || first === '-v') return ['--version'];
  if (first === 'help') return [...words.slice(1), '--help'];
  return first === 'api' && second === 'help' ? [first, ...rest, '--help'] : words;
}

/**
 * The words up to and including the first one that stands where a verb belongs and is none;
 * undefined when there is no such word.
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

/**
 * Verbs that programs call. Wireshark shows as an error what is on stderr; a shell that completes
 * shows it to nobody.
 */
const CALLED_BY_PROGRAMS = ['extcap', '__complete'];

/**
 * Says so when root runs code that somebody else may change: that user can become root at any time.
 */
function sayWhoMayChange({ args, host, assetFolder, stderr }: Context): void {
  if (!host.isRoot || CALLED_BY_PROGRAMS.includes(args[0] ?? '')) return;
  const found = host.changeableCode([assetFolder, join(dirname(assetFolder), 'bin')]);
  if (found === undefined) return;
  const path = escapeControls(found.path);
  stderr.write(
    'who' in found
      ? `dbg: ${found.who} can change ${path}, from which root runs dbg here, and so become root\n`
      : `dbg: nobody can tell who can change ${path}, from which root runs dbg here (${escapeControls(found.unknown)})\n`,
  );
}
