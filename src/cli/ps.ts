import { Command } from 'commander';
import type { Context } from '../context.ts';
import { isPaused } from '../process/paused.ts';
import { processesOf } from '../process/processes.ts';
import { json } from '../ui/table.ts';
import type { Finish } from './program.ts';
import { processRecord, processTable } from './ps-text.ts';
import { chosenSubject, pausedText, subjectRecord, withSubject, type SubjectOptions } from './subject.ts';

export function psCommand(ctx: Context, finish: Finish): Command {
  return withSubject(new Command('ps'))
    .summary('every process of a container')
    .description(
      "Show every process in a container's cgroup, with its PID on the host and in the container, and its user as the container names it.",
    )
    .addHelpText('after', '\nExamples:\n  dbg ps web\n  dbg ps web --json\n  dbg ps --pid 4711')
    .action(async (ref: string | undefined, options: SubjectOptions) => finish(await ps(ctx, ref, options)));
}

async function ps(ctx: Context, ref: string | undefined, options: SubjectOptions): Promise<number> {
  // Root: the names of the users are in a file of the container's.
  const subject = await chosenSubject(ctx, ref, options);
  if (typeof subject === 'number') return subject;
  const processes = processesOf(ctx.host, subject);
  const paused = isPaused(ctx.host, subject);
  ctx.stderr.write(pausedText(subject, paused));
  if (options.json) {
    ctx.stdout.write(json({ ...subjectRecord(subject, paused), processes: processes.map(processRecord) }));
  } else ctx.stdout.write(processTable(processes, paused));
  return 0;
}
