import { Command } from 'commander';
import { tcpdumpArgv } from '../capture/tcpdump.ts';
import type { Context } from '../context.ts';
import { enter, toolArguments } from './enter.ts';
import { addEntryOptions, type EntryOptions } from './entry-options.ts';
import type { Finish } from './program.ts';
import { whoAsked } from './root.ts';

export function tcpdumpCommand(ctx: Context, finish: Finish): Command {
  return addEntryOptions(new Command('tcpdump'))
    .summary("the host's tcpdump in a container's network")
    .description(
      "Run the host's tcpdump in a container's network: all its interfaces, no name look-ups, packet by packet. What follows CTR goes to tcpdump untouched.",
    )
    .usage('[OPTIONS] [CTR] [TCPDUMP ARG…]')
    .argument('[ctr]', 'name, id or an unambiguous prefix; left out on a terminal, dbg asks')
    .argument('[args...]', "tcpdump's own options and filter")
    .passThroughOptions()
    .addHelpText(
      'after',
      '\nExamples:\n  dbg tcpdump web\n  dbg tcpdump web -w web.pcap port 5432\n  dbg tcpdump web -i eth0 -w - | wireshark -k -i -',
    )
    .action(async (container: string | undefined, args: string[], options: EntryOptions) => {
      const argv = tcpdumpArgv(toolArguments(args), { login: whoAsked(ctx) });
      finish(await enter(ctx, { container, argv, options }));
    });
}
