import type { Container, ContainerSummary } from '../../engine/container.ts';

/** What else is affected by a cut, as far as the engine knows. */
export interface Dependents {
  /** "8080->80/tcp": published ports that no longer answer from outside */
  readonly ports: readonly string[];
  /** the Compose services that declare that they depend on the container's service */
  readonly services: readonly string[];
}

const PROJECT = 'com.docker.compose.project';
const SERVICE = 'com.docker.compose.service';
/** the format of Compose v2: "db:service_healthy:true,cache:service_started:false" */
const DEPENDS_ON = 'com.docker.compose.depends_on';

/**
 * The published ports of a container, and the running services of its Compose project that depend
 * on it.
 */
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
