import { Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { requireProgram } from '../host/programs.ts';
import { linkSet, proven, selected, setLinks, type CutState, type Selection } from '../network/cut.ts';
import { containerNetwork, NEEDED_PROGRAMS, type ContainerNetwork } from '../network/interfaces.ts';
import { endpointsOf, sharingContainers } from '../network/sharing.ts';
import { json } from '../ui/table.ts';
import { chosenTarget, requireContainer } from './container.ts';
import type { Finish } from './program.ts';
import { dryRunText, throughSudo } from './root.ts';
import { cutText, interfaceRecord, interfaceTable, noInterfaceText } from './veth-text.ts';

interface Options extends Selection {
  readonly down?: boolean;
  readonly up?: boolean;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

export function vethCommand(ctx: Context, finish: Finish): Command {
  return new Command('veth')
    .summary('which host device is a container on, and pull that plug')
    .description(
      "Show the host device at the other end of each of a container's interfaces, with the proof that it is; take it down, bring it back.",
    )
    .argument('[ctr]', 'name, id or an unambiguous prefix; left out on a terminal, dbg asks')
    .addOption(
      new Option('--down', 'take it off the network, at the host end: addresses and routes stay').conflicts('up'),
    )
    .option('--up', 'bring it back')
    .option('-i, --interface <name>', "only this interface of the container's")
    .option('-n, --network <name>', 'only the interface on this network of the engine')
    .option('--json', 'the result as JSON')
    .option('--dry-run', 'print the commands that would change something, run none of them')
    .addHelpText(
      'after',
      '\nExamples:\n  dbg veth web\n  dbg veth web --down\n  dbg veth web --up\n  dbg veth web --down --network backend --dry-run',
    )
    .action(async (container: string | undefined, options: Options) => finish(await veth(ctx, container, options)));
}

async function veth(ctx: Context, ref: string | undefined, options: Options): Promise<number> {
  requireContainer(ctx, ref);
  for (const program of NEEDED_PROGRAMS) requireProgram(ctx.host, program);
  // Even looking needs root: the container's own view of its devices is in its namespace.
  const exitCode = await throughSudo(ctx);
  if (exitCode !== undefined) return exitCode;

  const target = await chosenTarget(ctx, ref);
  const endpoints = await endpointsOf(await ctx.engine(), target.container);
  const network = await containerNetwork(ctx.host, target, endpoints);
  const state = options.down ? 'down' : options.up ? 'up' : undefined;
  return state === undefined ? show(ctx, network, options) : change(ctx, network, options, state);
}

function show(ctx: Context, network: ContainerNetwork, options: Options): number {
  const interfaces = selected(network, options);
  for (const { reason } of interfaces) if (reason) ctx.stderr.write(`dbg: ${reason}\n`);
  if (interfaces.length === 0) ctx.stderr.write(noInterfaceText(network));
  if (options.json) ctx.stdout.write(json(interfaces.map(interfaceRecord)));
  else if (interfaces.length > 0) ctx.stdout.write(interfaceTable(interfaces));
  return 0;
}

async function change(ctx: Context, network: ContainerNetwork, options: Options, state: CutState): Promise<number> {
  const interfaces = proven(network, options, state);
  if (options.dryRun) {
    ctx.stdout.write(
      dryRunText(
        ctx,
        interfaces.map((each) => linkSet(ctx.host, each, state)),
      ),
    );
    return 0;
  }
  const sharing = await sharingContainers(ctx.host, await ctx.engine(), network);
  const changed = await ctx.host.uninterrupted(() => setLinks(ctx.host, interfaces, state));
  ctx.stdout.write(options.json ? json(changed.map(interfaceRecord)) : cutText(network, changed, state, sharing));
  return 0;
}
