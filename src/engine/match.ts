import type { ContainerSummary, Labels } from './container.ts';

/** The kind of reference that found the containers. */
export type By = 'name' | 'port' | 'service' | 'prefix';

/**
 * The containers that a reference fits: none, one, or several. With several, the person has to
 * decide.
 */
export interface Match {
  readonly by: By;
  readonly containers: readonly ContainerSummary[];
}

/** A published port as a person writes it: ":8080", ":8080/udp". */
export interface PortRef {
  readonly port: number;
  readonly protocol: string | undefined;
}

/**
 * The containers that `ref` fits. The first of these that fits any container counts:
 *
 * 1. a published port
 * 2. a container's full name or id
 * 3. a service of Compose or Swarm, which is a whole name and so goes before beginnings
 * 4. the beginning of a name or an id; it does not end within a number: shop-1 is not shop-10
 */
export function matching(all: readonly ContainerSummary[], ref: string): Match {
  const port = portRef(ref);
  if (port) return { by: 'port', containers: publishing(all, port) };

  const named = all.filter(({ name, id }) => name === ref || id === ref);
  if (named.length > 0) return { by: 'name', containers: named };
  const serving = all.filter(({ labels }) => isServiceName(ref, labels));
  if (serving.length > 0) return { by: 'service', containers: onlyLive(serving) };
  // Every name begins with the empty text: with one container on the engine, "/" would mean that
  // one.
  const begun = ref === '' ? [] : all.filter(({ name, id }) => isBeginning(ref, name) || id.startsWith(ref));
  return { by: 'prefix', containers: begun };
}

const isBeginning = (ref: string, name: string) =>
  name.startsWith(ref) && !(/\d$/.test(ref) && /^\d/.test(name.slice(ref.length)));

/** Reads ":8080" or ":8080/udp"; undefined for anything else. */
export function portRef(ref: string): PortRef | undefined {
  const [, digits, protocol] = /^:(\d{1,5})(?:\/(tcp|udp|sctp))?$/.exec(ref) ?? [];
  return digits === undefined ? undefined : { port: Number(digits), protocol };
}

/** The protocols of published ports, in the order in which a port without one is searched for. */
export const PROTOCOLS = ['tcp', 'udp', 'sctp'] as const;

/**
 * The containers that publish a port. Without a protocol, tcp counts first: where different
 * containers publish 53 for tcp and for udp, ":53" is the tcp one.
 */
function publishing(all: readonly ContainerSummary[], { port, protocol }: PortRef): ContainerSummary[] {
  for (const wanted of protocol ? [protocol] : PROTOCOLS) {
    const found = all.filter(({ ports }) => ports.some((each) => each.host === port && each.protocol === wanted));
    if (found.length > 0) return found;
  }
  return [];
}

/** Compose's label for a container's service. */
export const SERVICE = 'com.docker.compose.service';

/**
 * The names that labels give a container: "web", "shop/web", and with its number "web.2",
 * "shop/web.2". Empty for a container that neither Compose nor Swarm made, and for one that `docker
 * compose run` made: Compose does not count that one as the service either.
 */
export function serviceNames(labels: Labels): string[] {
  const swarm = labels[SWARM_SERVICE];
  if (swarm) return swarmNames(swarm, labels);
  const project = labels['com.docker.compose.project'];
  const service = labels[SERVICE];
  const number = labels['com.docker.compose.container-number'];
  if (!service || labels['com.docker.compose.oneoff'] === 'True') return [];
  return numbered([service, ...(project ? [`${project}/${service}`] : [])], number);
}

const numbered = (names: readonly string[], number: string | undefined) =>
  names.flatMap((name) => (number ? [name, `${name}.${number}`] : [name]));

const SWARM_SERVICE = 'com.docker.swarm.service.name';

/**
 * The names of a Swarm container. A stack's service is called STACK_SERVICE, and its task
 * SERVICE.NUMBER.TASK. For a global service, NUMBER is the id of the node.
 */
function swarmNames(service: string, labels: Labels): string[] {
  const stack = labels['com.docker.stack.namespace'];
  const short = stack && service.startsWith(`${stack}_`) ? service.slice(stack.length + 1) : undefined;
  const task = labels['com.docker.swarm.task.name'] ?? '';
  const number = task.startsWith(`${service}.`) ? task.slice(service.length + 1).split('.')[0] : undefined;
  return numbered([service, ...(short ? [short, `${stack}/${short}`] : [])], number);
}

/**
 * Whether `ref` names the service of these labels. The labels are looked at first, so that no names
 * are built for a container without a service.
 */
function isServiceName(ref: string, labels: Labels): boolean {
  const service = labels[SWARM_SERVICE] ?? labels[SERVICE];
  return service !== undefined && serviceNames(labels).includes(ref);
}

/** Whether a container has processes, or will have some again at any moment. */
const isLive = ({ state }: ContainerSummary) => ['running', 'paused', 'restarting'].includes(state);

/**
 * The live container of a service, when there is exactly one: a service's old containers stay
 * behind, stopped. Otherwise all of them, for the person to decide.
 */
function onlyLive(serving: readonly ContainerSummary[]): readonly ContainerSummary[] {
  const live = serving.filter(isLive);
  return live.length === 1 ? live : serving;
}
