import type { Link } from './links.ts';
import { HOST, type Place } from './place.ts';

/**
 * How sure it is that a host device is the other end of a container's interface.
 * - both ways: the host's look and the container's look name each other
 * - one way: the host's look says so, the container's contradicts it
 * - none: there is no such device
 */
export type Proof = 'both ways' | 'one way' | 'none';

export interface Pair {
  readonly device: Link | undefined;
  /** the namespace in which that device is */
  readonly place: Place;
  readonly proof: Proof;
  /** why it is not "both ways"; empty when it is */
  readonly reason: string;
}

export interface Evidence {
  /** the container's interface, as its own namespace sees it */
  readonly inside: Link;
  /** the peer's ifindex, as the container's side tells it */
  readonly peerIfindex: number | undefined;
  /** the devices of the host, as the host sees them */
  readonly hostLinks: readonly Link[];
  /** the host's number for the container's network namespace */
  readonly netnsid: number | undefined;
}

/**
 * The host device at the other end of a container's interface.
 *
 * An ifindex counts within one network namespace only, and netnsids are numbered by whoever looks. So the one sure
 * statement is the host's: a veth whose peer is (the host's number for the container's namespace, the interface's index
 * there). What the container's side says, a bare number, must agree with it and is not believed alone.
 */
export function provePair(evidence: Evidence): Pair {
  const { inside, peerIfindex, hostLinks } = evidence;
  if (inside.kind !== 'veth') return none(notVeth(inside));
  if (inside.linkIndex !== undefined && inside.linkNetnsid === undefined)
    return none(`both ends of ${inside.name} are in the container`);
  if (peerIfindex === undefined) return none(`the kernel names no peer of ${inside.name}`);

  const device = hostPeer(evidence);
  if (device === undefined) return none(peerElsewhere(inside, peerIfindex, hostLinks));
  if (device.ifindex === peerIfindex) return { device, place: HOST, proof: 'both ways', reason: '' };
  return {
    device,
    place: HOST,
    proof: 'one way',
    reason: `${device.name} (index ${device.ifindex}) names ${inside.name} as its peer, but ${inside.name} names index ${peerIfindex}`,
  };
}

/** The host's statement: its veth whose peer has this index in the container's namespace. */
export function hostPeer({ inside, hostLinks, netnsid }: Omit<Evidence, 'peerIfindex'>): Link | undefined {
  if (netnsid === undefined) return undefined;
  return hostLinks.find(
    ({ kind, linkNetnsid, linkIndex }) => kind === 'veth' && linkNetnsid === netnsid && linkIndex === inside.ifindex,
  );
}

const none = (reason: string): Pair => ({ device: undefined, place: HOST, proof: 'none', reason });

function notVeth({ name, kind }: Link): string {
  if (kind === 'macvlan' || kind === 'ipvlan') {
    return `${name} is a ${kind} on a device of the host: taking that one down would cut off everybody on it`;
  }
  return `${name} is ${kind === undefined ? 'a device' : `a ${kind} device`} with no other end on this host`;
}

function peerElsewhere({ name }: Link, peerIfindex: number, hostLinks: readonly Link[]): string {
  const namesake = hostLinks.find(({ ifindex }) => ifindex === peerIfindex);
  const warning = namesake ? `; index ${peerIfindex} is ${namesake.name} here, which is not it` : '';
  return `the peer of ${name} is in another network namespace than the host's, as with overlay networks${warning}`;
}
