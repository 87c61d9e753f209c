import { addLook, type Answer, lookAtEach, type LookOptions } from '../../cli/look.ts';
import { Verb } from '../../cli/verb.ts';
import type { Context } from '../../context.ts';
import { namespacesOf } from '../../process/namespace-use.ts';
import type { Subject } from '../../process/subject.ts';
import { namespaceRecord, namespaceTable } from './ns-text.ts';

export function nsCommand(ctx: Context): Verb {
  return addLook(new Verb('ns'))
    .summary('which namespaces is a container in, and who else')
    .description(
      "Show each namespace of a container's process: is it the host's, and which other containers and processes are in it.",
    )
    .addHelpText('after', '\nExamples:\n  dbg ns web\n  dbg ns web,db --json\n  dbg ns --pid 4711')
    .runs((ref: string | undefined, options: LookOptions) =>
      // Root is needed: not everybody may read /proc/PID/ns of another user's process (ptrace(2),
      // access mode checking).
      lookAtEach(ctx, ref, options, (subject) => look(ctx, subject)),
    );
}

async function look(ctx: Context, subject: Subject): Promise<Answer> {
  const containers = subject.name === undefined ? [] : await (await ctx.engine()).list();
  const names = new Map(containers.map(({ id, name }) => [id, name]));
  const namespaces = namespacesOf(ctx.host, subject, names);
  return { record: { namespaces: namespaces.map(namespaceRecord) }, text: namespaceTable(namespaces) };
}
