import type { NetworkEndpoint } from '../../engine/container.ts';
import type { ContainerInterface } from '../interfaces.ts';
import type { Link } from '../links.ts';
import { withNetworks } from '../networks.ts';
import { HOST_NETNS } from '../netns-path.ts';
import { provePair, type Pair } from '../proof.ts';
import { addressesOf } from './addresses.ts';
import type { InsideDevice } from './inside.ts';
import type { Room } from './survey-host.ts';
import type { Counters } from '../../proc/net.ts';

/**
 * The host's veths, by the place of their peer: the host's number for the peer's namespace, "/",
 * and the peer's ifindex there.
 */
export function peersOf(hostLinks: readonly Link[]): ReadonlyMap<string, Link> {
  const across = hostLinks.filter(({ kind, linkNetnsid }) => kind === 'veth' && linkNetnsid !== undefined);
  return new Map(across.map((link) => [`${link.linkNetnsid}/${link.linkIndex}`, link]));
}

type Found = Omit<ContainerInterface, 'mark'> & { readonly counters: Counters };

/**
 * The interfaces of a namespace with their host devices, networks and addresses. `netnsid` is the
 * host's number for the namespace, `peers` comes from `peersOf`.
 */
export function interfacesOf(
  { owner, inside, endpoints }: Room,
  netnsid: number | undefined,
  peers: ReadonlyMap<string, Link>,
): Found[] {
  if (inside === undefined) return [];
  const found = inside.devices.flatMap((device): Found[] => {
    const peer = peers.get(`${netnsid}/${device.ifindex}`);
    // The fallback tunnels (tunl0, sit0 …) are left out, as in `dbg veth CTR`: the kernel puts them
    // into every namespace, and they are down.
    if (peer === undefined && !device.isUp) return [];
    const link = linkOf(device, peer);
    return [
      {
        target: owner,
        inside: link,
        network: undefined,
        ownMark: undefined, // not known: this look does not enter the container
        counters: device.counters,
        ...pairOf(device, link, peer, netnsid),
      },
    ];
  });
  const placed = withNetworks(found, endpoints);
  const addresses = addressesOf({ ...inside, given: given(placed, endpoints), down: downOf(inside.devices) });
  return placed.map((each) => ({
    ...each,
    inside: { ...each.inside, addresses: addresses.get(each.inside.name) ?? [] },
  }));
}

const downOf = (devices: readonly InsideDevice[]) =>
  new Set(devices.filter(({ isUp }) => !isUp).map(({ name }) => name));

function given(interfaces: readonly Found[], endpoints: readonly NetworkEndpoint[]) {
  const byNetwork = new Map(endpoints.map(({ network, addresses = [] }) => [network, addresses]));
  return new Map(interfaces.map(({ inside, network }) => [inside.name, byNetwork.get(network ?? '') ?? []]));
}

/**
 * /proc does not say of which kind a device is. Only a device with a peer on the host is surely a
 * veth.
 */
function linkOf({ name, ifindex, isUp, mac, mtu, iflink }: InsideDevice, peer: Link | undefined): Link {
  const flags = isUp ? ['UP'] : [];
  const kind = peer ? 'veth' : undefined;
  const linkIndex = peer ? undefined : iflink;
  return {
    ifindex,
    name,
    mac,
    kind,
    flags,
    mtu: mtu ?? 0,
    master: undefined,
    linkIndex,
    linkNetnsid: undefined,
    addresses: [],
    alias: '',
    altnames: [],
    qdisc: '',
  };
}

/**
 * The proof of a pair: the statement of the host's device counts, and the container's /sys confirms
 * or contradicts it.
 */
function pairOf({ iflink }: InsideDevice, inside: Link, device: Link | undefined, netnsid: number | undefined): Pair {
  const { name } = inside;
  if (device === undefined) {
    const reason = `no device of this host has its peer at ${name}: macvlan, overlay, a tunnel, or the container's own`;
    return { device, place: HOST_NETNS, proof: 'none', reason, cutAt: undefined };
  }
  if (iflink !== undefined) {
    const host = { place: HOST_NETNS, links: [device], netnsid, insideNetnsid: undefined };
    return provePair({ inside, siblings: [], peerIfindex: iflink, observers: [host], innerPid: undefined });
  }
  const reason = `${device.name} names ${name} as its peer; the container has no /sys that would say the same`;
  return { device, place: HOST_NETNS, proof: 'one way', reason, cutAt: undefined };
}
