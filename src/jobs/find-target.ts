import type { Context } from '../context.ts';
import { findContainer, type Finding } from '../engine/find-container.ts';
import { enterable, type Target } from '../enter/target.ts';

/** The container that a name means, ready to be entered. Throws a DbgError where there is none, or it does not run. */
export async function findTarget(ctx: Context, ref: string, finding?: Finding): Promise<Target> {
  const engine = await ctx.engine();
  const container = await findContainer(engine, ref, finding);
  try {
    return enterable(ctx.host, container, ctx.now());
  } catch (error) {
    // It may have ended or been restarted since the engine answered, as one in a crash loop does: then the newer answer counts.
    const now = await engine.inspect(container.id);
    if (now === undefined || now.state.pid === container.state.pid) throw error;
    return enterable(ctx.host, now, ctx.now());
  }
}
