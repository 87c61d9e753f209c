import type { Container, ContainerSummary, NetworkEndpoint } from '../engine/container.ts';
import type { Engine } from '../engine/engine.ts';
import { numberHere } from '../enter/number-here.ts';
import type { Host } from '../host/host.ts';
import { netnsOf, type ContainerNetwork } from './interfaces.ts';

/**
 * The names of the other running containers in a container's network namespace. A cut of the one is
 * a cut of them all.
 */
export async function sharingContainers(
  host: Host,
  engine: Engine,
  { target, netns }: ContainerNetwork,
): Promise<string[]> {
  const candidates = mayShare(await engine.list(), target.container);
  const inspected = await Promise.all(candidates.map(({ id }) => engine.inspect(id)));
  // The engine's settings are not enough, so the kernel is asked. A container that shares the
  // network of a container that was restarted is still in the namespace from before the restart.
  return inspected
    .filter((other) => other !== undefined)
    .filter(({ id, state: { pid } }) => pid > 0 && netnsOf(host, numberHere(host, { id, pid })) === netns)
    .map(({ name }) => name)
    .toSorted();
}

/**
 * The containers that by their settings are in one family of `--network container:X` with a
 * container, over any number of steps.
 */
export function mayShare(all: readonly ContainerSummary[], container: Container): ContainerSummary[] {
  const ownerOf = new Map(all.map(({ id, networkMode }) => [id, ownerOfNetwork(networkMode)]));
  const rootOf = (id: string, seen: readonly string[] = []): string => {
    const owner = ownerOf.get(id);
    return owner === undefined || seen.includes(owner) ? id : rootOf(owner, [...seen, id]);
  };
  const root = rootOf(container.id);
  return all.filter(({ id }) => id !== container.id && rootOf(id) === root);
}

/**
 * The networks that a container's interfaces are on: its own, or those of the container whose
 * network it shares. At most 16 steps of `--network container:X` are followed.
 */
export async function endpointsOf(engine: Engine, container: Container): Promise<readonly NetworkEndpoint[]> {
  let owner: Container | undefined = container;
  for (let steps = 0; owner && steps < 16; steps++) {
    const next = ownerOfNetwork(owner.networkMode);
    if (next === undefined) return owner.networks;
    owner = await engine.inspect(next);
  }
  return [];
}

/** The id in "container:ID", the form in which the engine keeps `--network container:NAME`. */
function ownerOfNetwork(networkMode: string): string | undefined {
  return /^container:([a-zA-Z0-9][\w.-]*)$/.exec(networkMode)?.[1];
}
