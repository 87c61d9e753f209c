import type { Context } from '../../context.ts';
import { namespacesOf } from '../../process/namespace-use.ts';
import type { Subject } from '../../process/subject.ts';
import { isPaused } from '../../process/paused.ts';
import { json } from '../../ui/table.ts';
import { namespaceRecord, namespaceTable } from './ns-text.ts';
import { Verb } from '../../cli/verb.ts';
import {
  withChosenSubject,
  pausedText,
  subjectRecord,
  withSubject,
  type SubjectOptions,
} from '../../cli/chosen-subject.ts';

export function nsCommand(ctx: Context): Verb {
  return withSubject(new Verb('ns'))
    .summary('which namespaces is a container in, and who else')
    .description(
      "Show each namespace of a container's process: is it the host's, and which other containers and processes are in it.",
    )
    .addHelpText('after', '\nExamples:\n  dbg ns web\n  dbg ns web --json\n  dbg ns --pid 4711')
    .runs(async (ref: string | undefined, options: SubjectOptions) =>
      withChosenSubject(ctx, ref, options, (subject) => ns(ctx, subject, options)),
    );
}

async function ns(ctx: Context, subject: Subject, options: SubjectOptions): Promise<number> {
  // Root: /proc/PID/ns of another user's process is not for everybody (ptrace(2), access mode checking).
  const containers = subject.name === undefined ? [] : await (await ctx.engine()).list();
  const names = new Map(containers.map(({ id, name }) => [id, name]));
  const namespaces = namespacesOf(ctx.host, subject, names);
  const paused = isPaused(ctx.host, subject);
  ctx.stderr.write(pausedText(subject, paused));
  if (options.json) {
    ctx.stdout.write(json({ ...subjectRecord(subject, paused), namespaces: namespaces.map(namespaceRecord) }));
  } else {
    ctx.stdout.write(namespaceTable(namespaces));
  }
  return 0;
}
