import type { Context } from '../context.ts';
import type { Container } from '../engine/container.ts';
import { findContainer, type Finding } from '../engine/find-container.ts';
import { enterable, type Target } from '../enter/target.ts';
import type { Host } from '../host/host.ts';
import { isDead, parseStat } from '../proc/stat.ts';

/**
 * The container that a name means, ready to be entered. Throws a DbgError where there is none, or
 * it does not run.
 */
export async function findTarget(ctx: Context, ref: string, finding?: Finding): Promise<Target> {
  return settled(ctx, await findContainer(await ctx.engine(), ref, finding));
}

/**
 * The container that a name means, running or not. One that the engine says is running is checked
 * on this host, as for an entry: throws a DbgError where its process is another one's, or is not
 * here.
 */
export async function findCurrent(ctx: Context, ref: string): Promise<Container> {
  const engine = await ctx.engine();
  const container = await findContainer(engine, ref);
  if (!isSaidToRun(container)) return container;
  try {
    return (await settled(ctx, container)).container;
  } catch (error) {
    // One that dies again and again may have ended since.
    const now = await engine.inspect(container.id);
    if (now === undefined || (isSaidToRun(now) && now.state.pid === container.state.pid)) throw error;
    return now;
  }
}

const isSaidToRun = ({ state: { pid, status } }: Container) => pid > 0 || status === 'running' || status === 'paused';

/** Waits until the engine and this host say the same of a container that runs. */
async function settled(ctx: Context, found: Container): Promise<Target> {
  const engine = await ctx.engine();
  let container = found;
  for (let time = 0; ; time++) {
    try {
      return enterable(ctx.host, container, ctx.now());
    } catch (error) {
      // It may have ended or been restarted since the engine answered, as one in a crash loop does:
      // then the newer answer counts. The engine learns of an end a little later than this host.
      const { pid } = container.state;
      const now = await engine.inspect(container.id);
      const isEndUnknown = now?.state.pid === pid && pid > 0 && isGone(ctx.host, pid);
      if (now === undefined || time === MOST_LOOKS || (now.state.pid === pid && !isEndUnknown)) throw error;
      if (isEndUnknown) await new Promise((resolve) => void setTimeout(resolve, 50));
      container = now;
    }
  }
}

/**
 * Half a second: an engine on another machine is told apart from one that is behind by that alone.
 */
const MOST_LOOKS = 10;

/** Whether there is no such process, or it is dead and nobody has waited for it yet. */
function isGone(host: Pick<Host, 'read'>, pid: number): boolean {
  const stat = parseStat(host.read(`/proc/${pid}/stat`));
  return stat === undefined || isDead(stat);
}
