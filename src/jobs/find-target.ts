import type { Context } from '../context.ts';
import type { Container } from '../engine/container.ts';
import { findContainer, type Finding } from '../engine/find-container.ts';
import { enterable, type Target } from '../enter/target.ts';
import type { Host } from '../host/host.ts';
import { isDead, parseStat } from '../proc/pid/stat.ts';

/**
 * Finds the container that a name means, and makes it a target, ready to be entered. Throws a
 * DbgError when there is no such container, or when it does not run.
 */
export async function findTarget(ctx: Context, ref: string, finding?: Finding): Promise<Target> {
  return settled(ctx, await findContainer(await ctx.engine(), ref, finding));
}

/**
 * Finds the container that a name means, running or not. When the engine says that it runs, its
 * process is checked on this host, as for an entry. Throws a DbgError when that process belongs to
 * another container or is not on this host.
 */
export async function findCurrent(ctx: Context, ref: string): Promise<Container> {
  const engine = await ctx.engine();
  const container = await findContainer(engine, ref);
  if (!isSaidToRun(container)) return container;
  try {
    return (await settled(ctx, container)).container;
  } catch (error) {
    // A container that dies again and again may have ended since the engine answered.
    const now = await engine.inspect(container.id);
    if (now === undefined || (isSaidToRun(now) && now.state.pid === container.state.pid)) throw error;
    return now;
  }
}

const isSaidToRun = ({ state: { pid, status } }: Container) => pid > 0 || status === 'running' || status === 'paused';

/** Waits until the engine and this host agree on the process of a running container. */
async function settled(ctx: Context, found: Container): Promise<Target> {
  const engine = await ctx.engine();
  let container = found;
  for (let time = 0; ; time++) {
    try {
      return enterable(ctx.host, container, ctx.now());
    } catch (error) {
      // The container may have ended or been restarted since the engine answered, as in a crash
      // loop. Then the newer answer counts. The engine learns of an end a little later than this
      // host.
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
 * How often a container is looked at, 50 ms apart: half a second in all. An engine that is late
 * tells of the end within this time. An engine on another machine goes on to name a process that is
 * not on this host. Only this tells the two apart.
 */
const MOST_LOOKS = 10;

/** Whether the process has gone, or is dead and its parent has not waited for it yet. */
function isGone(host: Pick<Host, 'read'>, pid: number): boolean {
  const stat = parseStat(host.read(`/proc/${pid}/stat`));
  return stat === undefined || isDead(stat);
}
