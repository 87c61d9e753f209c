import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import { nsenter, plainEntry } from '../../enter/nsenter.ts';
import { enterable, type Target } from '../../enter/target.ts';
import { DbgError } from '../../errors.ts';
import { inHostNetwork } from '../../host/host-namespace.ts';
import { containerNetwork, netnsOf, type ContainerInterface } from '../../network/interfaces.ts';
import { parseLinks } from '../../network/links.ts';
import { again } from '../../network/look-inside.ts';
import { isLoopback, LISTENING, type Listening, parseListening } from '../../network/reach/listening.ts';
import { hostsAddresses, parseResolver } from '../../network/reach/resolver-files.ts';
import { toolObjects } from '../../network/tool-json.ts';
import type { ConnectionFacts, EtcFiles, Way, Wire, WireEnd, Wish } from '../../why/connection/connection-facts.ts';
import { addressesOf, namedContainers, peerAt, withNetworks } from './connection-parties.ts';
import { askNameservers, type Into, tryIt } from './connection-traffic.ts';
import type { Probe } from './gather-facts.ts';

export interface ProbeWish {
  /** nothing is sent: neither a question to a nameserver nor a connection */
  readonly isSilent: boolean;
}

const NOT_SENT = 'nothing was sent: --no-probe';
/** Of resolv.conf and of hosts. */
const ETC_LIMIT = 1 << 20;

/**
 * How each fact about a connection is learned. What one needs of another is learned once, and
 * waited for.
 */
export function connectionProbes(
  ctx: Context,
  container: Container,
  wish: Wish,
  { isSilent }: ProbeWish,
): { [Name in keyof ConnectionFacts]: Probe<ConnectionFacts[Name]> } {
  const { host } = ctx;
  const target = () => enterable(host, container, ctx.now());
  const into = (which: Target): Into => {
    return (argv) => nsenter(which, argv, plainEntry(['net']));
  };
  const from = once(async () => withNetworks(await ctx.engine(), container));
  const named = once(async () => namedContainers(await ctx.engine(), await from(), wish));
  const etc = once(async () => etcOf(ctx, target(), wish));
  const looked = once(async () => {
    const files = await etc();
    if (wish.address !== undefined || files.hosts.length > 0) return [];
    if (isSilent) throw new DbgError(NOT_SENT);
    return askNameservers(ctx, into(target()), files.resolver, wish, container.name);
  });
  const address = once(async () => {
    if (wish.address !== undefined) return wish.address;
    const fits = (each: string) => wish.family === undefined || each.includes(':') === (wish.family === 6);
    const [inHosts] = (await etc()).hosts.filter(fits);
    if (inHosts !== undefined) return inHosts;
    // What the engine says need not be waited for; whether the container is told the same is the
    // name's matter.
    const own = await from();
    const running = (await named()).filter((each) => each.container.state.pid > 0);
    const [byEngine] = running.flatMap((each) => addressesOf(own, each, wish.family));
    const found = byEngine ?? (await looked()).flatMap((each) => each.addresses)[0];
    if (found === undefined) throw new DbgError(`no address is known for ${wish.host}`);
    return found;
  });
  const peer = once(async () => peerAt(ctx, await from(), await address(), await named()));
  const peerTarget = once(async () => {
    const its = await peer();
    if (its.kind !== 'container') return undefined;
    return its.isItself ? target() : enterable(host, its.container, ctx.now());
  });
  const way = once(async () => wayTo(ctx, into(target()), await address()));
  const listening = once(async () => {
    const [its, at] = [await peer(), await peerTarget()];
    if (its.kind === 'outside') throw new DbgError('it is no container of this engine');
    return parseListening(await host.output(at ? into(at)(LISTENING) : inHostNetwork(host, LISTENING)));
  });
  const isOpen = (each: Listening) => each.protocol === wish.protocol && !isLoopback(each.address);
  const trial = once(async () => {
    if (isSilent) throw new DbgError(NOT_SENT);
    const to = await address();
    const port = wish.port ?? (await listening().catch(() => [])).find(isOpen)?.port;
    if (port === undefined) throw new DbgError('no port was named');
    const [its, route] = [await peerTarget().catch(() => undefined), await way()];
    const isSame = its === undefined || netnsOf(host, its.pid) === netnsOf(host, target().pid);
    const asked = ('device' in route && route.gateway) || to;
    return tryIt(
      ctx,
      { own: into(target()), peer: isSame ? undefined : into(its) },
      { address: to, port, protocol: wish.protocol },
      asked,
    );
  });
  const wire = once(async () =>
    wireTo(ctx, await from(), target(), await way(), await peer(), await peerTarget().catch(() => undefined)),
  );
  return {
    wish: () => wish,
    now: () => ctx.now(),
    from,
    named,
    address,
    peer,
    etc,
    looked,
    way,
    hostWay: async () => {
      const [route, its] = [await way(), await peer()];
      const leaves = its.kind === 'outside' && 'device' in route && container.networkMode !== 'host';
      return leaves ? wayTo(ctx, (argv) => inHostNetwork(host, argv), await address()) : undefined;
    },
    wire,
    listening,
    networks: async () => {
      const engine = await ctx.engine();
      const all = (await from()).networks.filter(({ networkId }) => networkId !== '');
      return Promise.all(all.map(({ networkId }) => engine.network(networkId)));
    },
    isForwarding: () => host.read('/proc/sys/net/ipv4/ip_forward')?.trim() !== '0',
    attempt: async () => (await trial()).attempt,
    tried: async () => (await trial().catch(() => undefined))?.attempt,
    taken: async () => (await trial()).taken,
  };
}

/** Learns it when it is first asked for. */
function once<T>(learn: () => Promise<T>): () => Promise<T> {
  let learned: Promise<T> | undefined;
  return () => (learned ??= learn());
}

function etcOf({ host }: Context, { pid }: Target, wish: Wish): EtcFiles {
  const file = (name: string) => host.readBelow(`/proc/${pid}/root`, `etc/${name}`, ETC_LIMIT) ?? '';
  return {
    hosts: wish.address === undefined ? hostsAddresses(file('hosts'), wish.host) : [],
    resolver: parseResolver(file('resolv.conf')),
  };
}

/**
 * As the kernel of that namespace goes it; its sentence where it has none: "Network is
 * unreachable".
 */
async function wayTo({ host }: Context, into: Into, address: string): Promise<Way> {
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
 * The devices on the way: of the container's interface, of the peer's on the same network, and the
 * bridge between them.
 */
async function wireTo(
  ctx: Context,
  from: Container,
  target: Target,
  way: Way,
  peer: ConnectionFacts['peer'],
  peerTarget: Target | undefined,
): Promise<Wire> {
  const { host } = ctx;
  const isOther = peer.kind === 'container' && !peer.isItself && peerTarget !== undefined;
  if (peer.kind === 'container' && peer.isItself) return { own: undefined, peer: undefined, bridge: undefined };
  const [mine, its, links] = await Promise.all([
    containerNetwork(host, target, from.networks),
    isOther ? containerNetwork(host, peerTarget, peer.container.networks) : undefined,
    again(() => host.output(inHostNetwork(host, ['ip', '-d', '-j', 'link']))).then(parseLinks),
  ]);
  const shared = mine.interfaces.filter(({ network }) => its?.interfaces.some((each) => each.network === network));
  const own =
    mine.interfaces.find(({ inside }) => 'device' in way && inside.name === way.device) ??
    shared[0] ??
    mine.interfaces[0];
  const other = its?.interfaces.find(
    ({ network }) => network !== undefined && network === (shared[0]?.network ?? own?.network),
  );
  const master = own?.device?.master ?? other?.device?.master;
  return { own: own && endOf(own), peer: other && endOf(other), bridge: links.find(({ name }) => name === master) };
}

const endOf = ({ target, network, inside, device, place, mark, ownMark }: ContainerInterface): WireEnd => ({
  container: target.container.name,
  network,
  inside,
  device,
  place,
  marks: [mark, ownMark].filter((each) => each !== undefined),
});
