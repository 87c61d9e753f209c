import type { Context } from '../../context.ts';
import { isPaused } from '../../process/paused.ts';
import { processesOf } from '../../process/processes.ts';
import type { Subject } from '../../process/subject.ts';
import { json } from '../../ui/table.ts';
import { Verb } from '../../cli/verb.ts';
import { processRecord, processTable } from './ps-text.ts';
import {
  withChosenSubject,
  pausedText,
  subjectRecord,
  withSubject,
  type SubjectOptions,
} from '../../cli/chosen-subject.ts';

export function psCommand(ctx: Context): Verb {
  return withSubject(new Verb('ps'))
    .summary('every process of a container')
    .description(
      "Show every process in a container's cgroup, with its PID on the host and in the container, and its user as the container names it.",
    )
    .addHelpText('after', '\nExamples:\n  dbg ps web\n  dbg ps web --json\n  dbg ps --pid 4711')
    .runs(async (ref: string | undefined, options: SubjectOptions) =>
      withChosenSubject(ctx, ref, options, (subject) => ps(ctx, subject, options)),
    );
}

async function ps(ctx: Context, subject: Subject, options: SubjectOptions): Promise<number> {
  // Root: the names of the users are in a file of the container's.
  const processes = processesOf(ctx.host, subject);
  const paused = isPaused(ctx.host, subject);
  ctx.stderr.write(pausedText(subject, paused));
  if (options.json) {
    ctx.stdout.write(json({ ...subjectRecord(subject, paused), processes: processes.map(processRecord) }));
  } else ctx.stdout.write(processTable(processes, paused));
  return 0;
}
