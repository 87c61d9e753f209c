import type { Container } from '../../engine/container.ts';
import { enterable, type Target } from '../../enter/target.ts';
import { inParts } from '../../in-parts.ts';
import { parseStartTime } from '../../proc/pid/stat.ts';
import type { Host } from '../../host/host.ts';
import type { Lister } from './remembering.ts';

/**
 * How many inspects are asked for at once. An engine answers one in 0.4 ms. More at once gains
 * nothing and makes the engine wait for its own locks.
 */
const AT_ONCE = 16;

/**
 * What `see` gives for every running or paused container, in the order of the engine's list. `see`
 * gets the container with its process, checked to be the container's own. It is called as soon as a
 * container's inspect has come, while the engine works on the other inspects. A container that ends
 * meanwhile is left out. Throws a DbgError when the processes that the engine names are not
 * processes of this host.
 */
export async function liveTargets<T>(
  host: Host,
  engine: Lister,
  now: number,
  see: (target: Target) => T,
): Promise<T[]> {
  const live = (await engine.list()).filter(({ state }) => state === 'running' || state === 'paused');
  const found = await inParts(live, AT_ONCE, async ({ id }) => {
    const container = await engine.inspect(id);
    const target = container && isLive(container) ? await targetOf(host, engine, container, now) : undefined;
    return target && { seen: see(target) };
  });
  return found.flatMap((each) => (each ? [each.seen] : []));
}

const isLive = ({ state }: Container) => (state.status === 'running' || state.status === 'paused') && state.pid > 0;

async function targetOf(host: Host, engine: Lister, container: Container, now: number): Promise<Target | undefined> {
  try {
    return enterable(host, container, now);
  } catch (error) {
    // The container may have ended since the engine answered, and a busy engine learns of that
    // late. When the engine says the same at every attempt, its processes are not on this host.
    for (let tries = 0; tries < TRIES; tries++) {
      const again = await engine.inspect(container.id);
      if (again?.state.pid !== container.state.pid || !isLive(again)) return undefined;
      await new Promise((resolve) => void setTimeout(resolve, BETWEEN_MS));
    }
    throw error;
  }
}

const TRIES = 10;
const BETWEEN_MS = 200;

/** Whether a target's process still runs: no other process has got its number. */
export function isStill(host: Host, { pid, startTime }: Target): boolean {
  return parseStartTime(host.read(`/proc/${pid}/stat`)) === startTime;
}
