import { Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { DbgError, EXIT } from '../errors.ts';
import { shellQuote } from '../text.ts';
import { enter, toolArguments } from './enter.ts';
import { addEntryOptions, ROOT_HELP, type EntryOptions } from './entry-options.ts';
import type { Finish } from './program.ts';

export function execCommand(ctx: Context, finish: Finish): Command {
  return (
    addEntryOptions(new Command('exec'))
      .summary("one program of the host in a container's namespaces")
      .description(
        "Run a program of the host in a container's net, uts and ipc namespaces. Exit code, signals, stdin and stdout are the program's.",
      )
      .usage('[OPTIONS] CTR CMD [ARG…]')
      .argument('<ctr>', 'name, id or an unambiguous prefix')
      .argument('[cmd...]', "the host's program and its arguments, untouched")
      // For fingers used to docker. The program inherits stdin and the terminal in any case.
      .addOption(
        new Option('-i, --interactive', 'with --all: a terminal as stdin also where stdout is none').hideHelp(),
      )
      .addOption(new Option('-t, --tty', 'accepted, as with docker exec: the terminal is always passed on').hideHelp())
      .passThroughOptions()
      .addHelpText(
        'after',
        `${ROOT_HELP}\nExamples:\n  dbg exec web ss -tlnp\n  dbg exec web ethtool -S eth0\n  dbg exec -it web bash`,
      )
      .action(async (container: string, args: string[], options: EntryOptions & { interactive?: boolean }) => {
        const argv = toolArguments(args);
        if (argv.length === 0 && options.envFromContainer?.length !== 0) throw noProgram(container);
        finish(await enter(ctx, { container, argv, options }));
      })
  );
}

const noProgram = (container: string) =>
  new DbgError("missing required argument 'cmd'", {
    exitCode: EXIT.usage,
    next: [{ what: 'a shell', command: `dbg shell ${shellQuote(container)}` }],
  });
