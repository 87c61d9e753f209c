import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import type { Context } from '../context.ts';
import { limitsOf } from '../process/limits.ts';
import { isPaused } from '../process/paused.ts';
import { json } from '../ui/table.ts';
import { limitsTable, notOfferedText } from './limits-text.ts';
import { limitsRecord } from './limits-record.ts';
import type { Finish } from './program.ts';
import { chosenSubject, pausedText, subjectRecord, withSubject, type SubjectOptions } from './subject.ts';

export function limitsCommand(ctx: Context, finish: Finish): Command {
  return withSubject(new Command('limits'))
    .summary('what a container may use, what it uses, and what it was denied')
    .description(
      "Show a container's limits on memory, swap, CPU, processes and block I/O beside what it uses; how often it was throttled, killed out of memory, or waited (pressure).",
    )
    .addHelpText('after', '\nExamples:\n  dbg limits web\n  dbg limits web --json\n  dbg limits --pid 4711')
    .action(async (ref: string | undefined, options: SubjectOptions) => finish(await limits(ctx, ref, options)));
}

async function limits(ctx: Context, ref: string | undefined, options: SubjectOptions): Promise<number> {
  // The cgroup files are for everybody to read, unless this host hides others' processes (proc(5), hidepid).
  const isHidden = !ctx.host.exists('/proc/1/cgroup');
  const subject = await chosenSubject(ctx, ref, options, isHidden);
  if (typeof subject === 'number') return subject;
  const read = await limitsOf(ctx.host, subject, { clock: ctx.clock, wait });
  const paused = isPaused(ctx.host, subject);
  ctx.stderr.write(pausedText(subject, paused) + notOfferedText(read));
  if (options.json) ctx.stdout.write(json({ ...subjectRecord(subject, paused), ...limitsRecord(read) }));
  else ctx.stdout.write(limitsTable(read));
  return 0;
}
