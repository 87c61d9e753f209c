import { addLook, type Answer, lookAtEach, type LookOptions } from '../../cli/look.ts';
import { Verb } from '../../cli/verb.ts';
import type { Context } from '../../context.ts';
import { isPaused } from '../../enter/paused.ts';
import { processesOf } from '../../process/processes.ts';
import type { Subject } from '../../process/subject.ts';
import { processRecord, processTable } from './ps-text.ts';

export function psCommand(ctx: Context): Verb {
  return addLook(new Verb('ps'))
    .summary('every process of a container')
    .description(
      "Show every process in a container's cgroup, with its PID on the host and in the container, and its user as the container names it.",
    )
    .addHelpText(
      'after',
      '\nExamples:\n  dbg ps web\n  dbg ps web,db --json\n  dbg ps --project shop\n  dbg ps --pid 4711',
    )
    .runs((ref: string | undefined, options: LookOptions) =>
      // Root is needed: the names of the users are in a file of the container (/etc/passwd).
      lookAtEach(ctx, ref, options, async (subject) => look(ctx, subject)),
    );
}

function look({ host }: Context, subject: Subject): Answer {
  const processes = processesOf(host, subject);
  return {
    record: { processes: processes.map(processRecord) },
    text: processTable(processes, isPaused(host, subject)),
  };
}
