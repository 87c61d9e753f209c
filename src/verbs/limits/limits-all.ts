import type { Context } from '../../context.ts';
import { enterable } from '../../enter/target.ts';
import type { Limits } from '../../process/limits/container-limits.ts';
import { isPaused } from '../../enter/paused.ts';
import { subjectOf, type Subject } from '../../process/subject.ts';
import { json, lookOf } from '../../ui/table.ts';
import { isEnterable } from '../../cli/arguments/chosen-container.ts';
import { limitsLines } from './limits-text.ts';

/**
 * `dbg limits --all`: prints the limits of every running container, all sampled at the same time. A
 * container that ends meanwhile is left out.
 */
export async function allLimits(
  ctx: Context,
  asJson: boolean,
  read: (ctx: Context, subject: Subject) => Promise<Limits>,
  record: (ctx: Context, subject: Subject, found: Limits) => object,
): Promise<number> {
  const engine = await ctx.engine();
  const running = (await engine.list()).filter(isEnterable);
  const looked = await Promise.allSettled(
    running.map(async ({ id }) => {
      const container = await engine.inspect(id);
      if (container === undefined) return undefined;
      const subject = subjectOf(ctx.host, enterable(ctx.host, container, ctx.now()));
      return { subject, found: await read(ctx, subject), paused: isPaused(ctx.host, subject) };
    }),
  );
  const all = looked.flatMap((each) => (each.status === 'fulfilled' && each.value ? [each.value] : []));
  // When all of them fail, they have not all ended: the engine is on another host, or this host has
  // no cgroups. So the first error is thrown.
  const failed = looked.find((each) => each.status === 'rejected');
  if (all.length === 0 && failed) throw failed.reason;
  if (running.length === 0) ctx.stderr.write('dbg: no container is running\n');
  if (asJson) ctx.stdout.write(json(all.map(({ subject, found }) => record(ctx, subject, found))));
  else if (all.length > 0) ctx.stdout.write(limitsLines(all, lookOf(ctx)));
  return 0;
}
