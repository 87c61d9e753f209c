import type { Container, ContainerSummary } from '../../engine/container.ts';

/** Who else notices a cut, as far as the engine knows it. */
export interface Dependents {
  /** "8080->80/tcp": from outside, these no longer answer */
  readonly ports: readonly string[];
  /** Compose services that say that they depend on this one */
  readonly services: readonly string[];
}

const PROJECT = 'com.docker.compose.project';
const SERVICE = 'com.docker.compose.service';
/** Compose v2 writes "db:service_healthy:true,cache:service_started:false". */
const DEPENDS_ON = 'com.docker.compose.depends_on';

/** The published ports of a container, and the running services of its Compose project that depend on it. */
export function dependentsOf(container: Container, all: readonly ContainerSummary[]): Dependents {
  const own = all.find(({ id }) => id === container.id);
  const ports = (own?.ports ?? []).flatMap((port) =>
    port.host === undefined ? [] : [`${port.host}->${port.container}/${port.protocol}`],
  );
  const { [PROJECT]: project, [SERVICE]: service } = container.labels;
  const services = all.flatMap(({ labels, state }) => {
    const needs = (labels[DEPENDS_ON] ?? '').split(',').map((entry) => entry.split(':')[0]);
    const isDependent = service !== undefined && labels[PROJECT] === project && needs.includes(service);
    return isDependent && state === 'running' ? [labels[SERVICE] ?? ''] : [];
  });
  return { ports: [...new Set(ports)], services: [...new Set(services)].filter(Boolean).toSorted() };
}
