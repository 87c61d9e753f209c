import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import type { Target } from '../../enter/target.ts';
import { DbgError } from '../../errors.ts';
import { inHostNetwork } from '../../host/host-namespace.ts';
import { containerNetwork, type ContainerInterface } from '../../network/interfaces.ts';
import { parseLinks } from '../../network/links.ts';
import { again } from '../../network/look-inside.ts';
import { toolObjects } from '../../network/tool-json.ts';
import type { ConnectionFacts, Wire, WireEnd } from '../../why/connection/connection-facts.ts';
import type { PacketWay } from '../../why/connection/beside-facts.ts';
import type { Into } from './connection-traffic.ts';

/**
 * The route of packets to an address, as the kernel of a namespace chooses it. Without a route,
 * `refused` is what the kernel says: "Network is unreachable".
 */
export async function wayTo({ host }: Context, into: Into, address: string): Promise<PacketWay> {
  const argv = into(['ip', ...(address.includes(':') ? ['-6'] : []), '-j', 'route', 'get', address]);
  try {
    const [route] = toolObjects('ip', await host.output(argv)) as readonly {
      dev?: string;
      gateway?: string;
      prefsrc?: string;
      type?: string;
    }[];
    if (route?.dev !== undefined) return { device: route.dev, gateway: route.gateway, source: route.prefsrc };
    return { refused: route?.type ?? 'no route' };
  } catch (error) {
    const [, said] = error instanceof DbgError ? (/RTNETLINK answers: (.*)/.exec(error.message) ?? []) : [];
    if (said === undefined) throw error;
    return { refused: said };
  }
}

/**
 * The devices between a container and its peer: the container's interface, the peer's interface on
 * the same network, and the bridge between them.
 */
export async function wireTo(
  ctx: Context,
  from: Container,
  target: Target | undefined,
  way: PacketWay,
  peer: ConnectionFacts['peer'],
  peerTarget: Target | undefined,
): Promise<Wire> {
  const { host } = ctx;
  const isOther = peer.kind === 'container' && !peer.isItself && peerTarget !== undefined;
  if (peer.kind === 'container' && peer.isItself) return { own: undefined, peer: undefined, bridge: undefined };
  const [mine, its, links] = await Promise.all([
    target && containerNetwork(host, target, from.networks),
    isOther ? containerNetwork(host, peerTarget, peer.container.networks) : undefined,
    again(() => host.output(inHostNetwork(host, ['ip', '-d', '-j', 'link']))).then(parseLinks),
  ]);
  const all = mine?.interfaces ?? [];
  const shared = all.filter(({ network }) => its?.interfaces.some((each) => each.network === network));
  const own = all.find(({ inside }) => 'device' in way && inside.name === way.device) ?? shared[0] ?? all[0];
  // When the host is the one that asks, any interface by which it reaches the peer will do.
  const on = shared[0]?.network ?? own?.network;
  const other = its?.interfaces.find(
    ({ network }) => target === undefined || (network !== undefined && network === on),
  );
  // Where the engine has a network namespace of its own, a device of this host may have the name of
  // its bridge.
  const here = [own, other].find((end) => end?.device?.master !== undefined && end.place.path === undefined);
  const bridge = here && links.find(({ name }) => name === here.device?.master);
  return { own: own && endOf(own), peer: other && endOf(other), bridge };
}

const endOf = ({ target, network, inside, device, place, mark, ownMark }: ContainerInterface): WireEnd => ({
  container: target.container.name,
  network,
  inside,
  device,
  place,
  marks: [mark, ownMark].filter((each) => each !== undefined),
});
