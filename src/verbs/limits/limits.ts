import { setTimeout as wait } from 'node:timers/promises';
import { Option } from 'commander';
import type { Context } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { limitsOf, type Limits } from '../../process/limits/container-limits.ts';
import { isPaused } from '../../enter/paused.ts';
import type { Subject } from '../../process/subject.ts';
import { lookOf } from '../../ui/table.ts';
import { allLimits } from './limits-all.ts';
import { limitsTable, lifeText, notOfferedText } from './limits-text.ts';
import { lifeRecord, limitsRecord } from './limits-record.ts';
import { Verb } from '../../cli/verb.ts';
import { asRoot } from '../../cli/root.ts';
import { addLook, type Answer, lookAtEach, type LookOptions, subjectRecord } from '../../cli/look.ts';

interface LimitsOptions extends LookOptions {
  readonly all?: boolean;
}

export function limitsCommand(ctx: Context): Verb {
  return addLook(new Verb('limits'))
    .summary('what a container may use, what it uses, and what it was denied')
    .description(
      "Show a container's limits on memory, swap, CPU, processes, open files, file systems and block I/O beside what it uses; how often it was throttled, killed out of memory, or waited (pressure).",
    )
    .addOption(
      new Option('--all', 'a line for each container that runs').conflicts(['pid', 'project', 'network', 'label']),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  dbg limits web\n  dbg limits web,db --json\n  dbg limits --all\n  dbg limits --pid 4711',
    )
    .runs(async (ref: string | undefined, options: LimitsOptions) => limits(ctx, ref, options));
}

async function limits(ctx: Context, ref: string | undefined, options: LimitsOptions): Promise<number> {
  // Everybody may read the cgroup files, unless this host hides other users' processes (proc(5),
  // hidepid). Then root is needed.
  const isHidden = !ctx.host.exists('/proc/1/cgroup');
  if (options.all) {
    if (ref !== undefined) throw allAndOne();
    const all = () => allLimits(ctx, options.json === true, read, record);
    return isHidden ? asRoot(ctx, all) : all();
  }
  return lookAtEach(ctx, ref, options, (subject) => look(ctx, subject), isHidden);
}

async function look(ctx: Context, subject: Subject): Promise<Answer> {
  const found = await read(ctx, subject);
  return {
    notes: lifeText(subject.container, found, ctx.now()) + notOfferedText(found),
    record: { ...lifeRecord(subject.container), ...limitsRecord(found) },
    text: limitsTable(found, lookOf(ctx)),
  };
}

const read = (ctx: Context, subject: Subject): Promise<Limits> =>
  limitsOf(ctx.host, subject, { clock: ctx.clock, wait });

const record = (ctx: Context, subject: Subject, found: Limits) => ({
  ...subjectRecord(subject, isPaused(ctx.host, subject)),
  ...lifeRecord(subject.container),
  ...limitsRecord(found),
});

const allAndOne = () =>
  usageError('--all is about every container: leave CTR out', [{ what: 'say', command: 'dbg limits --all' }]);
