import { Command } from 'commander';
import type { Context } from '../context.ts';
import { namespacesOf } from '../process/namespaces.ts';
import { isPaused } from '../process/paused.ts';
import { json } from '../ui/table.ts';
import { namespaceRecord, namespaceTable } from './ns-text.ts';
import type { Finish } from './program.ts';
import { chosenSubject, pausedText, subjectRecord, withSubject, type SubjectOptions } from './subject.ts';

export function nsCommand(ctx: Context, finish: Finish): Command {
  return withSubject(new Command('ns'))
    .summary('which namespaces is a container in, and who else')
    .description(
      "Show each namespace of a container's process: is it the host's, and which other containers and processes are in it.",
    )
    .addHelpText('after', '\nExamples:\n  dbg ns web\n  dbg ns web --json\n  dbg ns --pid 4711')
    .action(async (ref: string | undefined, options: SubjectOptions) => finish(await ns(ctx, ref, options)));
}

async function ns(ctx: Context, ref: string | undefined, options: SubjectOptions): Promise<number> {
  // Root: /proc/PID/ns of another user's process is not for everybody (ptrace(2), access mode checking).
  const subject = await chosenSubject(ctx, ref, options);
  if (typeof subject === 'number') return subject;
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
