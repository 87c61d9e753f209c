import type { Container, ContainerSummary } from '../engine/container.ts';
import type { Engine } from '../engine/engine.ts';
import type { Host } from '../host/host.ts';
import { netnsOf, type ContainerNetwork } from './interfaces.ts';

/** The names of the other running containers in a container's network namespace: what happens to it happens to them. */
export async function sharingContainers(
  host: Host,
  engine: Engine,
  { target, netns }: ContainerNetwork,
): Promise<string[]> {
  const candidates = mayShare(await engine.list(), target.container);
  const inspected = await Promise.all(candidates.map(({ id }) => engine.inspect(id)));
  // Asked of the kernel: one that shares a restarted container's network is still in the namespace from before.
  return inspected
    .filter((other) => other !== undefined && other.state.pid > 0 && netnsOf(host, other.state.pid) === netns)
    .map((other) => other!.name)
    .toSorted();
}

/** Those that by their settings are in one family of `--network container:X` with a container. */
export function mayShare(all: readonly ContainerSummary[], container: Container): ContainerSummary[] {
  const owner = ownerOfNetwork(container.networkMode) ?? container.id;
  return all.filter(
    ({ id, networkMode }) => id !== container.id && (id === owner || ownerOfNetwork(networkMode) === owner),
  );
}

/** The id in "container:ID", the form in which the engine keeps `--network container:NAME`. */
function ownerOfNetwork(networkMode: string): string | undefined {
  return /^container:(.+)$/.exec(networkMode)?.[1];
}
