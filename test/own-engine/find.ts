// Whether an engine runs, by what its INIT wrote about itself.
import { readlinkSync } from 'node:fs';
import type { EngineState } from './argv.ts';
import type { Places } from './places.ts';
import { isAlive, parseStat, readOrEmpty } from './process-identity.ts';

/** INIT of these places, also while it is dying. A file of a dead INIT whose pid is somebody else's by now is none. */
export function findInit(places: Places): EngineState | undefined {
  const init = parseStat(readOrEmpty(places.init));
  if (!init) return undefined;
  const state = { dir: places.dir, pid: init.pid, startTime: init.startTime };
  return isAlive(state) ? state : undefined;
}

/** The running engine of these places. */
export function findRunning(places: Places): EngineState | undefined {
  const state = findInit(places);
  return state && !isDying(state) ? state : undefined;
}

/**
 * Killed, but not gone: the first process of a pid namespace ends after all others in it, and with cgroup v1 those of a
 * paused container do not end. It has no namespaces any more to enter. (Root's to see.)
 */
export function isDying({ pid }: EngineState): boolean {
  try {
    readlinkSync(`/proc/${pid}/ns/net`);
    return false;
  } catch {
    return true;
  }
}
