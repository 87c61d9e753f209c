import { ownPoint } from './netns-path.ts';
import { isInContainer } from '../enter/container-cgroup.ts';
import { parseNamespace } from '../proc/pid/namespace-link.ts';
import { nsenter, plainEntry } from '../enter/nsenter.ts';
import type { NetworkEndpoint } from '../engine/container.ts';
import type { Target } from '../enter/target.ts';
import type { Host } from '../host/host.ts';
import { hostNamespace } from '../host/host-namespace.ts';
import type { Link } from './links.ts';
import { seenIn, type SeenMark } from './cut/in-force.ts';
import { believed } from './cut/cut-notes.ts';
import type { DevicePoint } from './netns-path.ts';
import { withNetworks } from './networks.ts';
import { hostObserver, lookInside, type Inside } from './look-inside.ts';
import { otherObservers, peerNamespace } from './observers.ts';
import { parsePeerIfindex } from './peer-ifindex.ts';
import { peerSeen, provePair, type Pair } from './proof.ts';

/** An interface of a container, with what is known of the other end of its wire. */
export interface ContainerInterface extends Pair {
  readonly target: Target;
  readonly inside: Link;
  /**
   * the engine's network that the interface is on; undefined when it is on none the engine knows
   */
  readonly network: string | undefined;
  /**
   * the mark of the cut at the place where dbg cuts this interface; undefined when there is none
   */
  readonly mark: SeenMark | undefined;
  /**
   * The mark of a cut at the container's own end. undefined when there is none, or when the own end
   * is the only place for a cut: then that mark is `mark`.
   */
  readonly ownMark: SeenMark | undefined;
}

/** A container's network namespace and the interfaces in it. */
export interface ContainerNetwork {
  readonly target: Target;
  /** inode of the network namespace; undefined when the process has gone */
  readonly netns: number | undefined;
  readonly isHosts: boolean;
  readonly interfaces: readonly ContainerInterface[];
}

/** The programs of the host that `containerNetwork` needs. */
export const NEEDED_PROGRAMS = ['nsenter', 'ip', 'lsns'] as const;

/**
 * Looks at a container's interfaces from three sides: from inside the container, from the host, and
 * from the other namespaces in which their peers may be. Changes nothing.
 */
export async function containerNetwork(
  host: Host,
  target: Target,
  endpoints: readonly NetworkEndpoint[],
): Promise<ContainerNetwork> {
  const netns = netnsOf(host, target.pid);
  const hostNetns = parseNamespace(hostNamespace(host, 'net'));
  const isHosts = netns !== undefined && netns === hostNetns;
  if (isHosts) return { target, netns, isHosts, interfaces: [] };

  const looked = lookInside(host, target, netns);
  const [{ links: siblings, inside }, fromHost] = await Promise.all([looked, hostObserver(host, hostNetns, looked)]);
  const inner = new Map(siblings.map((link) => [link, innerProcess(host, inside, link)]));
  const lost = siblings.filter(
    (link) => leadsOut(link) && !peerSeen([fromHost], link) && inner.get(link) === undefined,
  );
  const observers = [fromHost, ...(lost.length > 0 ? await otherObservers(host, inside, lost) : [])];

  const marks = believed(host);
  const seen = async (at: DevicePoint | undefined) => {
    const mark = at && marks.mark(at);
    return mark && (await seenIn(host, at.place, [{ device: at.device, mark }]))[0]!.mark;
  };
  const interfaces: Omit<ContainerInterface, 'network'>[] = [];
  // One interface after the other, as the container decides how many veths it has.
  for (const link of siblings.filter(carriesTraffic)) {
    // ethtool costs a process. dbg asks it only when a namespace has named a peer that ethtool can
    // confirm.
    const peerIfindex = peerSeen(observers, link) ? await askPeerIfindex(host, target, link) : link.linkIndex;
    const evidence = { inside: link, siblings, peerIfindex, observers, innerPid: inner.get(link) };
    const pair = provePair(evidence);
    const at = pair.cutAt === 'own' ? ownPoint(target, netns, link) : pair.device && { ...pair, device: pair.device };
    const own = pair.cutAt === 'own' ? undefined : ownPoint(target, netns, link);
    interfaces.push({ ...pair, target, inside: link, mark: await seen(at), ownMark: await seen(own) });
  }
  return { target, netns, isHosts, interfaces: withNetworks(interfaces, endpoints) };
}

/** The inode of a process's network namespace; undefined when the process has gone. */
export function netnsOf(host: Host, pid: number): number | undefined {
  return parseNamespace(host.link(`/proc/${pid}/ns/net`));
}

/**
 * Whether an interface may carry the container's traffic. lo does not, nor do the fallback tunnels
 * (tunl0, sit0 …): the kernel puts these into every namespace, and they are down.
 */
function carriesTraffic({ kind, flags }: Link): boolean {
  return !flags.includes('LOOPBACK') && (kind === 'veth' || flags.includes('UP'));
}

const leadsOut = ({ kind, linkNetnsid }: Link) => kind === 'veth' && linkNetnsid !== undefined;

/**
 * A process in the namespace of a veth's peer, when that process belongs to the container itself:
 * it is in the container's cgroup or in one below. This is so for the containers of an engine that
 * runs in the container. The veth pair then stays within the container. Otherwise undefined.
 */
function innerProcess(host: Host, inside: Inside, link: Link): number | undefined {
  const pid = leadsOut(link) ? peerNamespace(inside, link)?.pid : undefined;
  if (pid === undefined) return undefined;
  return isInContainer(host.read(`/proc/${pid}/cgroup`) ?? '', inside.target.container.id) ? pid : undefined;
}

async function askPeerIfindex(host: Host, target: Target, { name, linkIndex }: Link): Promise<number | undefined> {
  // IFLA_LINK is the same number from the same driver. dbg uses it in two cases: ethtool is not
  // installed, or the name of the device is not UTF-8 and cannot be given to ethtool.
  if (host.find('ethtool').kind !== 'found') return linkIndex;
  try {
    return parsePeerIfindex(await host.output(nsenter(target, ['ethtool', '-S', name], plainEntry(['net']))));
  } catch {
    return linkIndex;
  }
}
