import { operandsOf } from '../../cli/arguments/by-pid.ts';
import { commandArgument, containerArgument } from '../../cli/arguments/verb-argument.ts';
import { Command } from 'commander';
import type { Context } from '../../context.ts';
import { enter, refuseLateOptions, runsTheContainers, withoutDashes } from '../../cli/enter.ts';
import { addEntryOptions, ROOT_HELP, type EntryOptions } from '../../cli/arguments/entry-options.ts';
import type { Plan } from '../../enter/entry-plan.ts';
import type { Target } from '../../enter/target.ts';
import { openSession } from './session/shell-session.ts';
import { Verb } from '../../cli/verb.ts';

export function shellCommand(ctx: Context): Verb {
  return addEntryOptions(new Verb('shell').runsWhere('terminal'))
    .summary("the host's shell in a container's network, host name and ipc")
    .description(
      "Start the host's shell in a container's net, uts and ipc namespaces: the files and tools are the host's, the network is the container's.",
    )
    .usage('[OPTIONS] [CTR] [-- CMD [ARG…]]')
    .addArgument(containerArgument())
    .addArgument(commandArgument('run this program of the host instead of a shell'))
    .option('-q, --quiet', 'no banner')
    .passThroughOptions()
    .addHelpText(
      'after',
      `${ROOT_HELP}\nExamples:\n  dbg shell web\n  dbg shell web -- ip route\n  dbg shell web -- cat capture.bin | sha256sum`,
    )
    .runs(async (operand: string | undefined, rest: string[], options: EntryOptions, self: Command) => {
      // In `dbg shell -- CMD`, commander drops the `--` and takes CMD for the container.
      const isLeftOut = operand !== undefined && leadsWithDashes(self, ctx.args);
      if (operand !== undefined && !isLeftOut && options.pid === undefined) refuseLateOptions(self, operand, rest);
      const { ref: container, words } = await operandsOf(ctx, isLeftOut ? undefined : operand, rest, options);
      const command = isLeftOut ? [operand, ...rest] : withoutDashes(words);
      const argv = command.length > 0 ? command : [runsTheContainers(options) ? 'sh' : preferredShell(ctx)];
      const isSession = command.length === 0 && ctx.stdinIsTTY && ctx.stderr.isTTY;
      const open = (target: Target, plan: Plan) => openSession(ctx, target, plan, argv[0] ?? '', options.quiet);
      return enter(ctx, { container, argv, options, ...(isSession && { open }) });
    });
}

/** The person's own shell. bash when $SHELL is unset or names nothing that runs here. */
function preferredShell({ env, host }: Context): string {
  const shell = env['SHELL'];
  return shell && host.find(shell).kind === 'found' ? shell : 'bash';
}

/**
 * Whether `--` comes before any operand: true for "shell --dry-run -- ls", false for "shell web --
 * ls".
 */
function leadsWithDashes(shell: Command, args: readonly string[]): boolean {
  const dashes = args.indexOf('--');
  return dashes > 0 && shell.parseOptions(args.slice(1, dashes)).operands.length === 0;
}
