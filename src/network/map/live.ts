import type { Container } from '../../engine/container.ts';
import { enterable, type Target } from '../../enter/target.ts';
import { parseStartTime } from '../../proc/stat.ts';
import type { Host } from '../../host/host.ts';
import type { Lister } from './remembering.ts';

/** An engine answers an inspect in 0.4 ms; more at once than this gains nothing and makes it wait for its own locks. */
const AT_ONCE = 16;

/**
 * Every running or paused container with its process, checked to be its own, as `see` gives it: called for each at once, while
 * the engine is at work on the others' inspects. One that ends meanwhile is left out. Throws a DbgError when the processes that
 * the engine names are not this host's.
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
    // Ended since the engine answered? A busy engine hears of it late. When it says the same all the time, its processes are not here.
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

/** Whether a target's process is still the one it was: no other has its number by now. */
export function isStill(host: Host, { pid, startTime }: Target): boolean {
  return parseStartTime(host.read(`/proc/${pid}/stat`)) === startTime;
}

/** Does work for each item, for so many at a time; the results are in the items' order. */
async function inParts<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [at, item] of queue) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
