import type { Context } from '../../context.ts';
import type { Verb } from '../../cli/verb.ts';
import { usageCommand } from './usage-command.ts';

export const topCommand = (ctx: Context): Verb =>
  usageCommand(ctx, 'top')
    .summary('what each container uses, live: CPU, memory, network, disk')
    .description(
      'Show what each container uses, once a second: CPU and throttling, memory and what of it is cache, swap, waiting (pressure), kills for want of memory, network and block I/O a second, processes, open files. On a terminal it is a screen to sort and to filter; Enter shows the processes of a container.',
    )
    .addHelpText(
      'after',
      '\nKeys: arrows, Enter, / to filter, r to reverse, c m n p to sort, q.\n\nExamples:\n  dbg top\n  dbg top web,db\n  dbg top --project shop --json\n  dbg top --no-stream',
    );
