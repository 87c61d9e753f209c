import { isIP } from 'node:net';
import type { Context } from '../../context.ts';
import type { Container, ContainerSummary } from '../../engine/container.ts';
import type { Engine } from '../../engine/engine.ts';
import { inHostNetwork } from '../../host/host-namespace.ts';
import { parseLinks } from '../../network/links.ts';
import { again } from '../../network/look-inside.ts';
import { isLoopback } from '../../network/reach/listening.ts';
import { type Named, type Peer, type Wish } from '../../why/connection/connection-facts.ts';

/** How many containers are asked for their aliases at most. */
const MOST_ASKED = 200;

/**
 * The container with the networks that it is really on. A container in the network namespace of
 * another one is on that one's networks.
 */
export async function withNetworks(engine: Engine, container: Container): Promise<Container> {
  const [, owner] = /^container:(.+)$/.exec(container.networkMode) ?? [];
  const its = owner === undefined ? undefined : await engine.inspect(owner);
  return its === undefined ? container : { ...(await withNetworks(engine, its)), ...identity(container) };
}

/**
 * A name that Docker's DNS knows in the container's network without asking anybody: the container's
 * own, or that of the one whose network it is in. undefined where that one does not run, so that
 * its name is not known any more.
 */
export async function nameInNetwork(engine: Engine, { name, networkMode }: Container): Promise<string | undefined> {
  const [, owner] = /^container:(.+)$/.exec(networkMode) ?? [];
  if (owner === undefined) return name;
  const its = await engine.inspect(owner);
  return its !== undefined && its.state.pid > 0 ? nameInNetwork(engine, its) : undefined;
}

const identity = ({ id, name, state }: Container) => ({ id, name, state });

/**
 * The containers that a host name may mean: by their own name, by the first 12 or more digits of
 * their id, or by an alias on a network.
 */
export async function namedContainers(engine: Engine, from: Container, { host, address }: Wish): Promise<Named[]> {
  if (address !== undefined) return [];
  const all = await engine.list();
  const exact = all.find(({ name, id }) => name === host || (host.length >= 12 && id.startsWith(host)));
  const asked = exact ? [exact] : all.slice(0, MOST_ASKED);
  const found = await Promise.all(
    asked.map(async ({ id }) => {
      const container = await engine.inspect(id);
      return container && withNetworks(engine, container);
    }),
  );
  const named = found.flatMap((container): Named[] => {
    if (container === undefined) return [];
    const networks = container.networks.filter(({ aliases }) => exact || aliases?.includes(host));
    if (!exact && networks.length === 0) return [];
    return [{ container, by: exact ? 'name' : 'alias', networks: networks.map(({ network }) => network) }];
  });
  // The likeliest first: a container that runs, and then one that is on a network of the asker's.
  const rank = ({ container, networks }: Named) =>
    (container.state.pid > 0 ? 2 : 0) + (from.networks.some(({ network }) => networks.includes(network)) ? 1 : 0);
  return named.toSorted((a, b) => rank(b) - rank(a));
}

/**
 * The addresses by which a container can reach another one. Those on networks that both are on come
 * first.
 */
export function addressesOf(from: Container, { container, networks }: Named, family: Wish['family']): string[] {
  const shared = container.networks.filter(({ network }) => from.networks.some((own) => own.network === network));
  const called = shared.filter(({ network }) => networks.includes(network));
  return [...called, ...shared, ...container.networks]
    .flatMap(({ addresses }) => addresses ?? [])
    .map((address) => address.split('/')[0]!)
    .filter((address) => family === undefined || isIP(address) === family);
}

/**
 * Who has an address, as far as the engine and this host know: a container, the host, or somebody
 * outside.
 */
export async function peerAt(ctx: Context, from: Container, address: string, named: readonly Named[]): Promise<Peer> {
  if (from.networkMode === 'host' && isLoopback(address)) return { kind: 'host' };
  const own = from.networks.some(({ addresses }) => addresses?.some((each) => each.startsWith(`${address}/`)));
  if (isLoopback(address) || own) return { kind: 'container', container: from, isItself: true };
  const has = ({ addresses }: Pick<ContainerSummary, 'addresses'>) =>
    addresses.some((each) => each.startsWith(`${address}/`));
  const engine = await ctx.engine();
  const known = named.find(({ container }) =>
    has({ addresses: container.networks.flatMap((each) => each.addresses ?? []) }),
  );
  const listed = known ? undefined : (await engine.list()).find(has);
  const found = known?.container ?? (listed && (await engine.inspect(listed.id)));
  if (found) return { kind: 'container', container: found, isItself: found.id === from.id };
  const links = await again(() => ctx.host.output(inHostNetwork(ctx.host, ['ip', '-d', '-j', 'address'])));
  const isHosts = parseLinks(links).some(({ addresses }) => addresses.some((each) => each.startsWith(`${address}/`)));
  return { kind: isHosts ? 'host' : 'outside' };
}

/** A port that is published at every address of the host of a family. */
const EVERYWHERE = ['', '0.0.0.0', '::'];

/**
 * The container that a port of the host leads to: one that publishes it, at this address of the
 * host. undefined when there is none.
 */
export async function behindPort(
  ctx: Context,
  from: Container,
  address: string,
  { port, protocol }: Pick<Wish, 'port' | 'protocol'>,
): Promise<Peer | undefined> {
  const engine = await ctx.engine();
  for (const summary of await engine.list()) {
    const its = summary.ports.filter((each) => each.host === port && each.protocol === protocol);
    const fitting = its.find((each) => each.address === address || EVERYWHERE.includes(each.address ?? ''));
    const container = fitting && (await engine.inspect(summary.id));
    if (!fitting || !container || port === undefined) continue;
    const published = {
      host: port,
      port: fitting.container,
      addresses: its.flatMap((each) => each.address || []),
    };
    return { kind: 'container', container, isItself: container.id === from.id, published };
  }
  return undefined;
}

/**
 * Where packets arrive at the peer: behind the translation of a published port, at its own address.
 */
export function whereItArrives(
  peer: Peer,
  isHost: boolean,
  sent: { readonly address: string; readonly port: number | undefined },
): { readonly address: string; readonly port: number | undefined } {
  if (isHost || peer.kind !== 'container' || peer.published === undefined) return sent;
  const [own] = peer.container.networks.flatMap(({ addresses }) => addresses ?? []);
  return own === undefined ? sent : { address: own.split('/')[0]!, port: peer.published.port };
}
