import { addPid, refOf, refuseBoth } from '../../cli/arguments/by-pid.ts';
import { containerArgument, interfaceOption, networkOption } from '../../cli/arguments/verb-argument.ts';
import type { VethOptions } from './veth-options.ts';
import { Option } from 'commander';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { selected } from '../../network/cut/selection.ts';
import type { ContainerNetwork } from '../../network/interfaces.ts';
import { escapeControls } from '../../text.ts';
import { json, lookOf } from '../../ui/table.ts';
import { Verb } from '../../cli/verb.ts';
import { repeatable } from '../../cli/arguments/repeatable.ts';
import { isHostDevice } from './host/host-device.ts';
import { addHostOptions, isHostWish } from './host/host-options.ts';
import { withContainerNetwork } from '../../cli/container-network.ts';
import { interfaceRecord, interfaceTable, markText, noInterfaceText } from './veth-text.ts';

const WAYS = ['down', 'blackhole', 'drop', 'loss', 'rate', 'delay'] as const;

export function vethCommand(ctx: Context): Verb {
  return addPid(addHostOptions(new Verb('veth').asksSeveral('rows')))
    .summary("the host device of a container's interface; cut the container off, bring it back")
    .description(
      "Show the host device at the other end of each of a container's interfaces, with the proof that it is that one. Cut the container off the network, in whole or in part, and bring it back.",
    )
    .addArgument(containerArgument({ or: ', or a host device' }))
    .addOption(
      new Option(
        '--down',
        'take the container off the network: the link is set down at the host end, addresses and routes stay',
      ).conflicts(['up', 'blackhole', 'drop', 'loss', 'rate', 'delay', 'in', 'out']),
    )
    .addOption(
      new Option(
        '--blackhole',
        'drop every frame, and keep the carrier: like a switch that forwards nothing',
      ).conflicts(['up', 'drop', 'loss', 'rate', 'delay']),
    )
    .addOption(
      new Option(
        '--drop <peer[:port[/udp]]>',
        'drop what goes to and comes from this peer: a container, an address or a prefix; repeatable',
      )
        .argParser(repeatable)
        .conflicts('up'),
    )
    .addOption(new Option('--loss <percent>', 'drop this share of the frames, in each direction: 30%').conflicts('up'))
    .addOption(new Option('--rate <rate>', 'let no more than this through, in each direction: 1mbit').conflicts('up'))
    .addOption(
      new Option('--delay <time>', 'delay what the container receives: 100ms, 100ms±20ms (needs netem)').conflicts(
        'up',
      ),
    )
    .addOption(new Option('--in', 'cut only what the container receives').conflicts('out'))
    .option('--out', 'cut only what it sends')
    .option('--for <time>', 'wait this long, then undo the cut; Ctrl-C, or the end of dbg, undoes it earlier')
    .option('--force', 'cut also the other containers that share its network')
    .option('--up', 'bring the container back, whatever took it off')
    .addOption(interfaceOption('-i, --interface <name>', "only this interface of the container's"))
    .addOption(networkOption('-n, --network <name>', 'only the interface on this network of the engine'))
    .addOption(new Option('--status', 'list every cut of this host').conflicts(['restoreAll', 'up', ...WAYS]))
    .addOption(new Option('--restore-all', 'undo every cut of this host').conflicts(['up', ...WAYS]))
    .option('--json', 'the result as JSON')
    .option('--dry-run', 'print the commands that would change something, run none of them')
    .addHelpText(
      'after',
      '\nExamples:\n  dbg veth web\n  dbg veth web --down --for 30s\n  dbg veth web --drop db:5432 --loss 5%\n  dbg veth web --up\n  dbg veth --status\n  dbg veth --all --watch\n  dbg veth --reverse veth2e7d114',
    )
    .runs(async (container: string | undefined, options: VethOptions) => {
      refuseBoth(container, options);
      return veth(ctx, await refOf(ctx, container, options), options);
    });
}

async function veth(ctx: Context, ref: string | undefined, options: VethOptions): Promise<number> {
  const isCut = WAYS.some((way) => options[way] !== undefined);
  // Loaded only when needed, so that a mere look does not wait for the code of cuts.
  if (options.status || options.restoreAll)
    return (await import('./veth-status.ts')).statusOrRestore(ctx, ref, options);
  if (isHostWish(options) || (await isHostDevice(ctx, ref, options))) {
    return (await import('./host/host-verb.ts')).hostVerb(ctx, ref, options);
  }
  if (!isCut) refuseWithoutCut(options);
  if (isCut || options.up) return (await import('./veth-cut.ts')).cutOrRestore(ctx, ref, options);
  return withContainerNetwork(ctx, ref, async (network) => show(ctx, network, options));
}

/** Throws a usage error for options that say how to cut, where no option says what to cut. */
function refuseWithoutCut(options: VethOptions): void {
  const lone = (['for', 'in', 'out', 'force'] as const).find((name) => options[name] !== undefined);
  if (lone === undefined) return;
  throw usageError(`--${lone} goes with a cut: --down, --blackhole, --drop, --loss, --rate or --delay`);
}

function show(ctx: Context, network: ContainerNetwork, options: VethOptions): number {
  const interfaces = selected(network, options);
  for (const each of interfaces) {
    if (each.reason) ctx.stderr.write(`dbg: ${escapeControls(each.reason)}\n`);
    ctx.stderr.write(markText(each, ctx.now()));
  }
  if (interfaces.length === 0) ctx.stderr.write(noInterfaceText(network));
  if (options.json) ctx.stdout.write(json(interfaces.map(interfaceRecord)));
  else if (interfaces.length > 0) ctx.stdout.write(interfaceTable(interfaces, lookOf(ctx)));
  return 0;
}
