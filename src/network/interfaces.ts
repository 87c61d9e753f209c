import { nsenter } from '../enter/nsenter.ts';
import type { Target } from '../enter/target.ts';
import type { Host } from '../host/host.ts';
import { parseLinks, type Link } from './links.ts';
import { parseNamespaceInode, parseNetnsid, parsePeerIfindex } from './peer.ts';
import { provePair, type Pair } from './proof.ts';

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
export async function containerNetwork(host: Host, target: Target): Promise<ContainerNetwork> {
  const netns = netnsOf(host, target.pid);
  const isHosts = netns !== undefined && netns === parseNamespaceInode(host.link('/proc/self/ns/net'));
  if (isHosts) return { target, netns, isHosts, interfaces: [] };

  const [inside, outside, namespaces] = await Promise.all([
    host.output(nsenter(target, ['ip', '-d', '-j', 'address'], ['net'])),
    host.output(['ip', '-d', '-j', 'link']),
    host.output(['lsns', '-t', 'net', '-J', '-o', 'NS,NETNSID']),
  ]);
  const hostLinks = parseLinks(outside);
  const netnsid = netns === undefined ? undefined : parseNetnsid(namespaces, netns);
  const interfaces = await Promise.all(
    parseLinks(inside)
      .filter(carriesTraffic)
      .map(async (link) => ({
        ...provePair({ inside: link, peerIfindex: await peerIfindex(host, target, link), hostLinks, netnsid }),
        target,
        inside: link,
        network: target.container.networks.find(({ mac }) => mac !== '' && mac === link.mac)?.network,
      })),
  );
  return { target, netns, isHosts, interfaces };
}

/** The inode of a process' network namespace. */
export function netnsOf(host: Host, pid: number): number | undefined {
  return parseNamespaceInode(host.link(`/proc/${pid}/ns/net`));
}

/** Not lo, and not the fallback tunnels (tunl0, sit0 …) that the kernel puts, down, into every namespace. */
function carriesTraffic({ kind, flags }: Link): boolean {
  return !flags.includes('LOOPBACK') && (kind === 'veth' || flags.includes('UP'));
}

async function peerIfindex(host: Host, target: Target, { name, kind, linkIndex }: Link): Promise<number | undefined> {
  if (kind !== 'veth') return undefined;
  // IFLA_LINK is the same number from the same driver; it serves where ethtool is not installed.
  if (host.find('ethtool').kind !== 'found') return linkIndex;
  return parsePeerIfindex(await host.output(nsenter(target, ['ethtool', '-S', name], ['net'])));
}
