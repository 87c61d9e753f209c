import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import { nsenter, plainEntry } from '../../enter/nsenter.ts';
import { enterable, type Target } from '../../enter/target.ts';
import { DbgError } from '../../errors.ts';
import { inHostNetwork } from '../../host/host-namespace.ts';
import { netnsOf } from '../../network/interfaces.ts';
import { HOST_NETNS, inNetns } from '../../network/netns-path.ts';
import { isLoopback, LISTENING, type Listening, parseListening } from '../../network/reach/listening.ts';
import { hostsAddresses, parseResolver } from '../../network/reach/resolver-files.ts';
import {
  type ConnectionFacts,
  type EtcFiles,
  isThisHost,
  type Published,
  type Wish,
} from '../../why/connection/connection-facts.ts';
import type { TalkWish } from '../../why/connection/talk/talk-facts.ts';
import { droppedWhile, healthOf, masquerades, mostConnections, otherFamily, distinct } from './beside-attempt.ts';
import { doorsOf, THIS_HOST } from './connection-doors.ts';
import {
  addressesOf,
  behindPort,
  namedContainers,
  nameInNetwork,
  peerAt,
  whereItArrives,
  withNetworks,
} from './connection-parties.ts';
import { askNameservers, type Into, tryIt } from './connection-traffic.ts';
import { wayTo, wireTo } from './connection-way.ts';
import { once } from '../once.ts';
import type { Probe } from './gather-facts.ts';
import { tracedBy } from './network/firewall-trace.ts';
import { outsiderAt } from './outside.ts';
import { talkProbes } from './talk/talk-probes.ts';

export interface ProbeWish {
  /** nothing is sent: no question to a nameserver, and no connection is tried */
  readonly isSilent: boolean;
  /** how long each fact is waited for */
  readonly patienceMs: number;
  /**
   * the port of the host by which the container is reached; undefined when it is reached otherwise
   */
  readonly published?: Published | undefined;
  /** what is to be spoken once there is a connection */
  readonly talk?: TalkWish;
  /** the address of somebody outside who is to reach the container */
  readonly outsider?: string | undefined;
  /**
   * Is called before rules are put into a firewall, with whose: "this host", a container's name.
   */
  readonly onTrace?: (places: readonly string[]) => void;
}

const NOT_SENT = 'nothing was sent: --no-probe';
/** the most bytes that are read of resolv.conf, and of hosts */
const ETC_LIMIT = 1 << 20;

/**
 * The probes that learn each fact about a connection. A probe may need what another probe has
 * learned. It waits for it, and nothing is learned twice.
 */
export function connectionProbes(
  ctx: Context,
  container: Container,
  wish: Wish,
  { isSilent, patienceMs, published, talk, outsider = '', onTrace = () => undefined }: ProbeWish,
): { [Name in keyof ConnectionFacts]: Probe<ConnectionFacts[Name]> } {
  const { host } = ctx;
  const target = () => enterable(host, container, ctx.now());
  const into = (which: Target): Into => {
    return (argv) => nsenter(which, argv, plainEntry(['net']));
  };
  const isHost = isThisHost(container);
  const own: Into = (argv) => (isHost ? inHostNetwork(host, argv) : into(target())(argv));
  const from = once(async () => withNetworks(await ctx.engine(), container));
  const named = once(async () => namedContainers(await ctx.engine(), await from(), wish));
  const etc = once(async () => (isHost ? NO_FILES : etcOf(ctx, target(), wish)));
  const looked = once(async () => {
    const files = await etc();
    if (wish.address !== undefined || files.hosts.length > 0) return [];
    if (isSilent) throw new DbgError(NOT_SENT);
    return askNameservers(ctx, own, files.resolver, wish, await nameInNetwork(await ctx.engine(), container));
  });
  const address = once(async () => {
    if (wish.address !== undefined) return wish.address;
    const fits = (each: string) => wish.family === undefined || each.includes(':') === (wish.family === 6);
    const [inHosts] = (await etc()).hosts.filter(fits);
    if (inHosts !== undefined) return inHosts;
    // The engine's word comes at once, and a nameserver may take long. Whether the container is
    // told the same address is another fact, `looked`.
    const asker = await from();
    const running = (await named()).filter((each) => each.container.state.pid > 0);
    const [byEngine] = running.flatMap((each) => addressesOf(asker, each, wish.family));
    const found = byEngine ?? (await looked()).flatMap((each) => each.addresses)[0];
    if (found === undefined) throw new DbgError(`no address is known for ${wish.host}`);
    return found;
  });
  const peer = once(async () => {
    const [asker, to] = [await from(), await address()];
    const found = await peerAt(ctx, asker, to, await named());
    if (found.kind === 'host') return (await behindPort(ctx, asker, to, wish)) ?? found;
    return found.kind === 'container' ? { ...found, published } : found;
  });
  const peerTarget = once(async () => {
    const its = await peer();
    if (its.kind !== 'container') return undefined;
    return its.isItself ? target() : enterable(host, its.container, ctx.now());
  });
  const way = once(async () => wayTo(ctx, own, await address()));
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
    const isSame =
      its === undefined || netnsOf(host, its.pid) === (isHost ? netnsOf(host, 1) : netnsOf(host, target().pid));
    const asked = ('device' in route && route.gateway) || to;
    const parties = [
      ...(isHost ? [] : [{ party: container, pid: target().pid }]),
      { party: THIS_HOST, pid: 1 },
      ...(its === undefined ? [] : [{ party: its.container, pid: its.pid }]),
    ];
    const firewalls = { own, isHosts: container.networkMode === 'host', peer: isSame ? undefined : into(its) };
    const { done, drops } = await droppedWhile(host, distinct(host, parties), async () =>
      tryIt(ctx, firewalls, { address: to, port, protocol: wish.protocol }, asked),
    );
    return { ...done, drops, firewalls };
  });
  const wire = once(async () =>
    wireTo(
      ctx,
      await from(),
      isHost ? undefined : target(),
      await way(),
      await peer(),
      await peerTarget().catch(() => undefined),
    ),
  );
  const hostWay = once(async () => {
    const [route, its] = [await way(), await peer()];
    const leaves = its.kind === 'outside' && 'device' in route && container.networkMode !== 'host';
    if (!leaves) return undefined;
    // An engine with a network namespace of its own has its bridges in there, and they lead on.
    const { own: end } = await wire().catch(() => ({ own: undefined }));
    return wayTo(ctx, (argv) => inNetns(host, end?.place ?? HOST_NETNS, argv), await address());
  });
  const attempt = async () => (await trial()).attempt;
  const doors = once(async () => (published ? doorsOf(ctx, wish.family) : { listening: [], rules: [] }));
  const at = async () => whereItArrives(await peer(), isHost, { address: await address(), port: wish.port });
  /** All addresses that the container is told for the name. */
  const addresses = async () => [...(await etc()).hosts, ...(await looked()).flatMap((each) => each.addresses)];
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
    hostWay,
    peerWay: async () => {
      const [route, its] = [await way(), await peerTarget()];
      const isOther = its !== undefined && (await peer()).kind === 'container' && (isHost || its.pid !== target().pid);
      const source = 'device' in route ? route.source : undefined;
      return isOther && source !== undefined ? wayTo(ctx, into(its), source) : undefined;
    },
    wire,
    listening,
    networks: async () => {
      const engine = await ctx.engine();
      const all = (await from()).networks.filter(({ networkId }) => networkId !== '');
      return Promise.all(all.map(({ networkId }) => engine.network(networkId)));
    },
    isForwarding: () => host.read('/proc/sys/net/ipv4/ip_forward')?.trim() !== '0',
    attempt,
    tried: async () => attempt().catch(() => undefined),
    taken: async () => (await trial()).taken,
    droppingChains: async () => (await trial()).droppingChains,
    traced: async () => {
      const failed = {
        ...(await trial()),
        from: container,
        protocol: wish.protocol,
        peer: await peer(),
        way: await way(),
        wire: await wire().catch(() => undefined),
        at: await at(),
        listening: await listening().catch(() => undefined),
      };
      return tracedBy(ctx, failed, onTrace);
    },
    drops: async () => (await trial()).drops,
    at,
    health: async () => healthOf(ctx, await peer()),
    other: async () => {
      const { outcome, port } = await attempt();
      const isNamed = wish.address === undefined && wish.family === undefined && wish.protocol === 'tcp';
      return isNamed && outcome === 'connected' ? otherFamily(ctx, own, await addresses(), port) : undefined;
    },
    mostConnections: () => mostConnections(host),
    hasMasquerade: async () => (await hostWay()) === undefined || masquerades(ctx, await way()),
    doors,
    outsider: async () => outsiderAt(ctx, outsider, { wish, way: await way(), published, doors: await doors() }),
    ...talkProbes(
      ctx,
      { from: container, wish, own, pid: () => target().pid, patienceMs, attempt, peer, wire, hostWay },
      talk,
    ),
  };
}

/**
 * The files of the host are not read when the host is the one that asks. No name is looked up for
 * it.
 */
const NO_FILES: EtcFiles = { hosts: [], resolver: parseResolver('') };

function etcOf({ host }: Context, { pid }: Target, wish: Wish): EtcFiles {
  const file = (name: string) => host.readBelow(`/proc/${pid}/root`, `etc/${name}`, ETC_LIMIT) ?? '';
  return {
    hosts: wish.address === undefined ? hostsAddresses(file('hosts'), wish.host) : [],
    resolver: parseResolver(file('resolv.conf')),
  };
}
