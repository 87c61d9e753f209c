import { operandsOf, refuseToolsOption } from '../../cli/arguments/by-pid.ts';
import { containerArgument, interfaceOption, toolArguments } from '../../cli/arguments/verb-argument.ts';
import { Option } from 'commander';
import { printsRawBytes, tcpflowArgv, tcpflowOptions } from '../../capture/tcpflow-argv.ts';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { requireProgram } from '../../host/run/programs.ts';
import { asWhoAsked } from '../../cli/as-who-asked.ts';
import { requireContainer } from '../../cli/arguments/chosen-container.ts';
import { enter, runsTheContainers, withoutDashes } from '../../cli/enter.ts';
import { addEntryOptions, type EntryOptions } from '../../cli/arguments/entry-options.ts';
import { Verb } from '../../cli/verb.ts';
import { atHostEnd } from './tcpflow-host-end.ts';

interface TcpflowOptions extends EntryOptions {
  readonly hostEnd?: boolean;
  readonly interface?: string;
}

export function tcpflowCommand(ctx: Context): Verb {
  return (
    addEntryOptions(new Verb('tcpflow'))
      .summary("the streams of a container's TCP connections, reassembled")
      .description(
        "Run the host's tcpflow in a container's network: what both sides of each TCP connection say, on stdout. What follows CTR goes to tcpflow untouched.",
      )
      .usage('[OPTIONS] [CTR] [TCPFLOW ARG…]')
      .addArgument(containerArgument())
      .addArgument(toolArguments("tcpflow's own options and filter"))
      .addOption(
        new Option('--host-end', "capture on the host device of the container's interface, as dbg veth shows it")
          // The options of an entry, because nothing is entered.
          .conflicts(['ns', 'all', 'hostView', 'cgroup', 'user', 'caps', 'workdir', 'env', 'envFromContainer']),
      )
      .addOption(
        interfaceOption(
          '--interface <name>',
          "with --host-end: which of the container's interfaces, where it has several",
        ),
      )
      .passThroughOptions()
      // With --pid, no container comes before the tool's options.
      .allowUnknownOption()
      .addHelpText(
        'after',
        '\nExamples:\n  dbg tcpflow web\n  dbg tcpflow web port 8080\n  dbg tcpflow web -o streams\n  dbg tcpflow --host-end web',
      )
      .runs(async (container: string | undefined, args: string[], options: TcpflowOptions) => {
        if (options.pid === undefined) refuseToolsOption('tcpflow', container);
        const { ref, words } = await operandsOf(ctx, container, args, options);
        return tcpflow(ctx, ref, withoutDashes(words), options);
      })
  );
}

async function tcpflow(
  ctx: Context,
  container: string | undefined,
  args: readonly string[],
  options: TcpflowOptions,
): Promise<number> {
  requireContainer(ctx, container);
  refuse(ctx, args, options);
  if (!runsTheContainers(options)) requireProgram(ctx.host, 'tcpflow');
  const plan = async (device: string) => {
    const argv = tcpflowArgv({ args, device });
    return isTheirs(args, options) ? argv : asWhoAsked(ctx, argv);
  };
  if (options.hostEnd) return atHostEnd(ctx, { container, only: options.interface, plan, dryRun: options.dryRun });
  return enter(ctx, { container, argv: await plan('any'), options });
}

/**
 * Whether tcpflow stays root's: the person says as whom it is to run, or the users are the
 * container's.
 */
function isTheirs(args: readonly string[], options: TcpflowOptions): boolean {
  const theirs = tcpflowOptions(args);
  const isElsewhere = runsTheContainers(options) || (options.ns ?? '').split(',').includes('user');
  return theirs.has('U') || theirs.has('z') || options.user !== undefined || isElsewhere;
}

function refuse(ctx: Context, args: readonly string[], { hostEnd, interface: only }: TcpflowOptions): void {
  if (ctx.stdout.isTTY && printsRawBytes(args)) {
    throw usageError('-B prints what others have sent without escaping it, and that can control your terminal', [
      { what: 'see it escaped', command: 'dbg tcpflow … -B … | less' },
    ]);
  }
  if (hostEnd && tcpflowOptions(args).has('i')) {
    throw usageError('with --host-end dbg finds the device itself: leave out -i', [
      { what: "which of the container's interfaces", command: 'dbg tcpflow --host-end --interface eth0 …' },
    ]);
  }
  if (only !== undefined && !hostEnd) {
    throw usageError("--interface goes with --host-end; in the container it is tcpflow's own -i", [
      { what: 'in the container', command: 'dbg tcpflow CTR -i eth0 …' },
    ]);
  }
}
