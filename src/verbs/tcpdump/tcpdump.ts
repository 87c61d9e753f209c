import { refOf, refuseToolsOption } from '../../cli/arguments/by-pid.ts';
import { containersArgument, toolArguments } from '../../cli/arguments/verb-argument.ts';
import { tcpdumpArgv } from '../../capture/tcpdump-argv.ts';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { enter, withoutDashes } from '../../cli/enter.ts';
import { Verb } from '../../cli/verb.ts';
import { whoAsked } from '../../host/who-asked.ts';
import { addTcpdumpOptions, type TcpdumpOptions } from './tcpdump-options.ts';
import { selects } from '../../cli/arguments/chosen-containers.ts';
import { captureWish } from './typed-wish.ts';

export function tcpdumpCommand(ctx: Context): Verb {
  return (
    addTcpdumpOptions(new Verb('tcpdump').asksSeveral('stream'))
      .summary("the host's tcpdump in a container's network, or in those of several")
      .description(
        "Run the host's tcpdump in a container's network: all its interfaces, no name look-ups, packet by packet. What follows CTR goes to tcpdump untouched.",
      )
      .usage('[OPTIONS] [CTR[,CTR…]] [TCPDUMP ARG…]')
      .addArgument(containersArgument())
      .addArgument(toolArguments("tcpdump's own options and filter"))
      .passThroughOptions()
      // In `dbg tcpdump --project shop -w all.pcapng` no container is named, so tcpdump's options
      // come at once.
      .allowUnknownOption()
      .addHelpText('after', EXAMPLES)
      .runs(async (operand: string | undefined, rest: string[], options: TcpdumpOptions) => {
        return tcpdump(ctx, operand, rest, options);
      })
  );
}

async function tcpdump(
  ctx: Context,
  operand: string | undefined,
  rest: string[],
  options: TcpdumpOptions,
): Promise<number> {
  const isSelected = selects(options) || options.pid !== undefined;
  if (!isSelected) refuseToolsOption('tcpdump', operand);
  const container = isSelected ? await refOf(ctx, undefined, options) : operand;
  const tools = isSelected && operand !== undefined ? [operand, ...rest] : rest;
  const args = withoutDashes(tools);
  if (options.wireshark || options.termshark) {
    return (await import('./viewer.ts')).inViewer(ctx, tools, options);
  }
  const wish = captureWish(container, args, options);
  if (wish && options.envFromContainer !== undefined) {
    throw usageError(
      '--env-from-container goes only with a capture that tcpdump itself prints, and dbg handles the packets of this one',
    );
  }
  if (wish && (options.fromStart || options.restart)) {
    return (await import('./capture-from-start.ts')).fromStart(ctx, wish, options);
  }
  if (wish) return (await import('./capture.ts')).capture(ctx, wish, options);
  return enter(ctx, { container, argv: tcpdumpArgv(args, { login: whoAsked(ctx) }), options });
}

const EXAMPLES = `
Examples:
  dbg tcpdump web
  dbg tcpdump web -w web.pcap port 5432
  dbg tcpdump web -i eth0 -w - | wireshark -k -i -
  dbg tcpdump web,db,cache -w all.pcapng port 5432
  dbg tcpdump --ring 10x100M --stop-on oom --after 5s web -w web.pcap`;
