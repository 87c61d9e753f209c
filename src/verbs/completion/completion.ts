import { Argument, Command } from 'commander';
import type { Context } from '../../context.ts';
// Imported statically: bundled apart, the code that it shares with the other verbs would become a
// file of its own, which dbg exec would have to load as well (2 ms).
import { answer } from './completion-answer.ts';
import { rememberContainers } from './remembered-containers.ts';
import { engineWordsIn } from '../../cli/arguments/engine-options.ts';
import { Verb } from '../../cli/verb.ts';
import BASH from './completion.bash';
import FISH from './completion.fish';
import ZSH from './completion.zsh';

const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH };

/** `dbg completion SHELL`: prints the script that makes a shell complete dbg's command lines. */
export function completionCommand(ctx: Context): Verb {
  return new Verb('completion')
    .runsWhere('here')
    .summary('the script that makes a shell complete verbs, options and names')
    .description('Print the completion script for a shell: verbs, options, live containers, networks, host commands.')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SCRIPTS)))
    .addHelpText(
      'after',
      '\nExamples:\n  source <(dbg completion bash)\n  dbg completion zsh > "${fpath[1]}/_dbg"\n  dbg completion fish > ~/.config/fish/completions/dbg.fish',
    )
    .runs(async (shell: keyof typeof SCRIPTS) => {
      ctx.stdout.write(SCRIPTS[shell]);
      return 0;
    });
}

/**
 * `dbg __complete -- WORD…`: answers the shells' scripts. The words are those typed after `dbg`, up
 * to the cursor. The last one, which may be empty, is to be completed. Never asks for a password
 * and never prints an error, because a person is typing. `--remember` asks an engine on another
 * host for the next Tab.
 */
export function completeCommand(ctx: Context): Verb {
  return new Verb('__complete')
    .runsWhere('here')
    .argument('[words...]')
    .option('--remember', 'ask the engine, for the next Tab')
    .allowUnknownOption()
    .passThroughOptions()
    .runs(async (words: string[], { remember }: { readonly remember?: boolean }, self: Command) => {
      if (remember) {
        await rememberContainers(ctx);
        return 0;
      }
      const root = self.parent ?? self;
      root.parseOptions(words.slice(0, engineWordsIn(words.slice(0, -1))));
      ctx.stdout.write(await answer(ctx, root, words));
      return 0;
    });
}
