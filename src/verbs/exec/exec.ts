import { operandsOf } from '../../cli/arguments/by-pid.ts';
import { commandArgument, namedContainerArgument } from '../../cli/arguments/verb-argument.ts';
import { Command, Option } from 'commander';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { shellLine, shellQuote } from '../../text.ts';
import { enter, refuseLateOptions, withoutDashes } from '../../cli/enter.ts';
import { addEntryOptions, ROOT_HELP, type EntryOptions } from '../../cli/arguments/entry-options.ts';
import { Verb } from '../../cli/verb.ts';

export function execCommand(ctx: Context): Verb {
  return (
    addEntryOptions(new Verb('exec').runsWhere('terminal'))
      .summary("one program of the host in a container's namespaces")
      .description(
        "Run a program of the host in a container's net, uts and ipc namespaces. Exit code, signals, stdin and stdout are the program's.",
      )
      .usage('[OPTIONS] CTR CMD [ARG…]')
      .addArgument(namedContainerArgument())
      .addArgument(commandArgument("the host's program and its arguments, untouched"))
      // Options of docker exec that people type by habit. The program gets stdin and the terminal
      // in any case.
      .addOption(
        new Option('-i, --interactive', 'with --all: a terminal as stdin also where stdout is none').hideHelp(),
      )
      .addOption(new Option('-t, --tty', 'accepted, as with docker exec: the terminal is always passed on').hideHelp())
      .addOption(new Option('-T, --no-tty', "accepted, as with docker compose's").hideHelp())
      .addOption(new Option('-d, --detach').hideHelp())
      .addOption(new Option('--detach-keys <keys>').hideHelp())
      .addOption(new Option('--privileged').hideHelp())
      .passThroughOptions()
      .addHelpText(
        'after',
        `${ROOT_HELP}\nExamples:\n  dbg exec web ss -tlnp\n  dbg exec web ethtool -S eth0\n  dbg exec -it web bash`,
      )
      .runs(async (container: string, args: string[], options: ExecOptions, self: Command) => {
        if (options.pid === undefined) refuseLateOptions(self, container, args);
        refuseDockers(options, container, args);
        const { ref, words } = await operandsOf(ctx, container, args, options);
        const argv = withoutDashes(words);
        if (argv.length === 0 && options.envFromContainer?.length !== 0) throw noProgram(container);
        return enter(ctx, { container: ref, argv, options });
      })
  );
}

interface ExecOptions extends EntryOptions {
  readonly interactive?: boolean;
  readonly detach?: boolean;
  readonly detachKeys?: string;
  readonly privileged?: boolean;
}

/**
 * Refuses the options of docker exec that dbg cannot offer. The error shows another way to the same
 * end.
 */
function refuseDockers(
  { detach, detachKeys, privileged }: ExecOptions,
  container: string,
  args: readonly string[],
): void {
  const line = (...options: string[]) => shellLine(['dbg', 'exec', ...options, container, ...args]);
  const refused = (option: string, why: string, what: string, command: string) =>
    usageError(`dbg exec has no ${option}: ${why}`, [{ what, command }]);
  if (detach) {
    throw refused(
      '--detach',
      'no engine looks after its program',
      'in the background',
      `setsid -f ${line()} </dev/null >/dev/null 2>&1`,
    );
  }
  if (detachKeys !== undefined) {
    throw refused('--detach-keys', 'its program is on your terminal, not behind an engine', 'without', line());
  }
  if (privileged) {
    throw refused(
      '--privileged',
      "a program of the host has root's rights",
      "the container's own program with them",
      line('--all', '--full-rights'),
    );
  }
}

const noProgram = (container: string) =>
  usageError("missing required argument 'cmd'", [{ what: 'a shell', command: `dbg shell ${shellQuote(container)}` }]);
