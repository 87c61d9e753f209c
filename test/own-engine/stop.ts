// Ends an engine and takes away what it leaves.
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, textOf } from './api.ts';
import type { EngineState } from './argv.ts';
import { removeCgroups, thaw } from './cgroups.ts';
import { findInit, isDying } from './find.ts';
import { withLock } from './lock.ts';
import { cgroupName, placesOf } from './places.ts';
import { isAlive } from './process-identity.ts';

/**
 * Ends the engine of a directory, if there is one, and removes its cgroups and run files, also those of an engine that
 * was killed. With purge, images and containers too: the whole directory. Needs root. Says whether one was running.
 */
export async function down(dir?: string, { purge = false } = {}): Promise<boolean> {
  const places = placesOf(dir);
  return withLock(places.lock, async () => {
    const state = findInit(places);
    if (state) {
      if (!isDying(state)) await killContainers(state);
      await endInit(state);
    }
    await removeCgroups(cgroupName(places.dir));
    rmSync(purge ? places.dir : places.run, { recursive: true, force: true });
    return state !== undefined;
  });
}

/**
 * INIT hands TERM on to dockerd, which stops its containers and closes its databases; INIT ends with dockerd. KILL after
 * that ends every process of the namespaces, and with the last one the kernel takes mounts, devices and bridges.
 */
export async function endInit(state: EngineState): Promise<void> {
  if (!isDying(state) && (await signalAndWait(state, 'SIGTERM', 10_000))) return;
  thaw(cgroupName(state.dir));
  if (await signalAndWait(state, 'SIGKILL', 10_000)) return;
  throw new Error(`the engine's first process ${state.pid} does not end, not even by SIGKILL`);
}

/** dockerd would wait 10 s for a container whose first process ignores TERM, as `sleep` does. Nothing here needs that. */
async function killContainers({ pid }: EngineState): Promise<void> {
  try {
    const { body } = await call(pid, 'GET', '/containers/json');
    const ids = Array.isArray(body) ? body.map((container) => textOf(container, 'Id')) : [];
    // A paused one cannot be killed; the answer of the other call is not awaited for its success.
    await Promise.all(ids.map((id) => call(pid, 'POST', `/containers/${id}/unpause`)));
    await Promise.all(ids.map((id) => call(pid, 'POST', `/containers/${id}/kill`)));
  } catch {
    // An engine that does not answer is ended all the same.
    return;
  }
}

async function signalAndWait(
  state: EngineState,
  signal: 'SIGTERM' | 'SIGKILL',
  milliseconds: number,
): Promise<boolean> {
  const end = Date.now() + milliseconds;
  if (isAlive(state)) process.kill(state.pid, signal);
  while (isAlive(state)) {
    if (Date.now() > end) return false;
    await sleep(10);
  }
  return true;
}
