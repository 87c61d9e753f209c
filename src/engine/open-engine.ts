import type { Engine } from './engine.ts';
import type { EngineAddress } from './address.ts';
import { overSocket } from './ways/over-socket.ts';
/** Opens the engine at an address, by the way that costs the least for it. Nothing is sent yet. */
export async function openEngine(address: EngineAddress): Promise<Engine> {
  if (address.kind === 'unix') return overSocket(address);
  return (await import('./ways/over-dockerode.ts')).overDockerode(address);
}
