import type { Context } from '../../context.ts';
import type { Verb } from '../../cli/verb.ts';
import { usageCommand } from './usage-command.ts';

export const statsCommand = (ctx: Context): Verb =>
  usageCommand(ctx, 'stats')
    .summary('dbg top as docker stats prints it')
    .description(
      "Show what each container uses in docker's columns, with docker's options. The figures are read from the kernel, once a second; the first come at once.",
    )
    .addHelpText(
      'after',
      "\nExamples:\n  dbg stats --no-stream\n  dbg stats -a --format 'table {{.Name}}\\t{{.CPUPerc}}\\t{{.MemUsage}}'\n  dbg stats web db --format json",
    );
