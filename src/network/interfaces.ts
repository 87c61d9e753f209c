import { parseNamespace } from '../enter/namespaces.ts';
import { nsenter, plainEntry } from '../enter/nsenter.ts';
import type { NetworkEndpoint } from '../engine/container.ts';
import type { Target } from '../enter/target.ts';
import type { Host } from '../host/host.ts';
import { hostNamespace, inHostNetwork } from '../host/namespaces.ts';
import { parseLinks, type Link } from './links.ts';
import { parseNetnsid, parsePeerIfindex } from './peer.ts';
import { hostPeer, provePair, type Pair } from './proof.ts';

/** An interface of a container, with what is known of its other end. */
export interface ContainerInterface extends Pair {
  readonly target: Target;
  readonly inside: Link;
  /** the engine's network that it belongs to; undefined for one the engine does not know */
  readonly network: string | undefined;
}

/** What a container's network namespace is. */
export interface ContainerNetwork {
  readonly target: Target;
  /** inode of the network namespace */
  readonly netns: number | undefined;
  readonly isHosts: boolean;
  readonly interfaces: readonly ContainerInterface[];
}

export const NEEDED_PROGRAMS = ['nsenter', 'ip', 'lsns'] as const;

/** Looks at a container's interfaces from inside and from the host. Changes nothing. */
export async function containerNetwork(
  host: Host,
  target: Target,
  endpoints: readonly NetworkEndpoint[],
): Promise<ContainerNetwork> {
  const netns = netnsOf(host, target.pid);
  const isHosts = netns !== undefined && netns === parseNamespace(hostNamespace(host, 'net'));
  if (isHosts) return { target, netns, isHosts, interfaces: [] };

  const [inside, outside, namespaces] = await Promise.all([
    host.output(nsenter(target, ['ip', '-d', '-j', 'address'], plainEntry(['net']))),
    host.output(inHostNetwork(host, ['ip', '-d', '-j', 'link'])),
    host.output(inHostNetwork(host, ['lsns', '-t', 'net', '-J', '-o', 'NS,NETNSID'])),
  ]);
  const hostLinks = parseLinks(outside);
  const netnsid = netns === undefined ? undefined : parseNetnsid(namespaces, netns);
  const interfaces: ContainerInterface[] = [];
  // One after the other: a container decides how many veths it has.
  for (const link of parseLinks(inside).filter(carriesTraffic)) {
    const evidence = { inside: link, hostLinks, netnsid };
    // ethtool is a process: asked only where the host's look has found something to confirm.
    const peerIfindex = hostPeer(evidence) ? await askPeerIfindex(host, target, link) : link.linkIndex;
    interfaces.push({ ...provePair({ ...evidence, peerIfindex }), target, inside: link, network: undefined });
  }
  return { target, netns, isHosts, interfaces: withNetworks(interfaces, endpoints) };
}

/**
 * Says which of the engine's networks each interface is on. The bridge that the host device is a port of decides, then the MAC
 * address: names of devices move when networks are connected, and a container with NET_ADMIN can change its addresses.
 */
function withNetworks(
  interfaces: readonly ContainerInterface[],
  endpoints: readonly NetworkEndpoint[],
): ContainerInterface[] {
  const byBridge = new Map(
    interfaces.map((each) => [
      each,
      endpoints.find(({ networkId }) => networkId && each.device?.master === `br-${networkId.slice(0, 12)}`),
    ]),
  );
  const taken = new Set(byBridge.values());
  const byMac = ({ inside }: ContainerInterface) =>
    endpoints.find((endpoint) => !taken.has(endpoint) && endpoint.mac !== '' && endpoint.mac === inside.mac);
  return interfaces.map((each) => ({ ...each, network: (byBridge.get(each) ?? byMac(each))?.network }));
}

/** The inode of a process' network namespace. */
export function netnsOf(host: Host, pid: number): number | undefined {
  return parseNamespace(host.link(`/proc/${pid}/ns/net`));
}

/** Not lo, and not the fallback tunnels (tunl0, sit0 …) that the kernel puts, down, into every namespace. */
function carriesTraffic({ kind, flags }: Link): boolean {
  return !flags.includes('LOOPBACK') && (kind === 'veth' || flags.includes('UP'));
}

async function askPeerIfindex(host: Host, target: Target, { name, linkIndex }: Link): Promise<number | undefined> {
  // IFLA_LINK is the same number from the same driver. It serves where ethtool is not installed, and for a name that ethtool
  // cannot be given, one that is not UTF-8.
  if (host.find('ethtool').kind !== 'found') return linkIndex;
  try {
    return parsePeerIfindex(await host.output(nsenter(target, ['ethtool', '-S', name], plainEntry(['net']))));
  } catch {
    return linkIndex;
  }
}
