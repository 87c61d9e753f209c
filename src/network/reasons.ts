import type { Link } from './links.ts';
import type { Evidence } from './evidence.ts';

const ON_A_PARENT = ['macvlan', 'macvtap', 'ipvlan', 'ipvtap'];

/**
 * Whether an interface without a peer can be cut at the container's own device: all frames of the
 * container pass it, and nobody else's frames do.
 */
export function hasOwnCut({ kind }: Link): boolean {
  return kind === 'tun' || ON_A_PARENT.includes(kind ?? '');
}

/**
 * Kinds of devices whose own frames all pass their hooks, so that a cut at the device is possible
 * too. dbg cuts them only when a person names them. undefined is a network card. A bridge is not
 * among them, as frames between its ports do not pass its hooks; nor is a vrf.
 */
const TUNNELS = ['vxlan', 'geneve', 'gre', 'gretap', 'ip6gre', 'ip6gretap', 'ipip', 'sit', 'ip6tnl', 'wireguard'];
const ALONE: readonly (string | undefined)[] = [undefined, ...TUNNELS, 'dummy', 'vlan'];

/** Whether an interface without a peer can be cut at its own device when a person names it. */
export function hasNamedCut({ kind }: Link): boolean {
  return ALONE.includes(kind);
}

/** Why an interface that is not a veth has no other end on this host. */
export function withoutPeer(evidence: Evidence): string {
  const { inside } = evidence;
  const { name, kind, linkIndex, linkNetnsid } = inside;
  if (ON_A_PARENT.includes(kind ?? '')) return onAParent(evidence);
  if (kind === 'tun') {
    return `${name} is a tun or tap device: its other end is a program (slirp4netns, pasta, a VPN), no device of this host`;
  }
  if (kind === undefined) {
    return `${name} is a device in its own right (a network card, or a virtual function of one) that was given to the container: its other end is no device of this host`;
  }
  const lower = linkNetnsid === undefined ? sibling(evidence, linkIndex) : undefined;
  if (lower) return `${name} is a ${kind} device that rides on ${lower.name}, inside the container: look at that one`;
  return `${name} is a ${kind} device with no other end on this host`;
}

/** For devices of these kinds, IFLA_LINK is the parent that gives them their frames, not a peer. */
function onAParent(evidence: Evidence): string {
  const { inside, observers } = evidence;
  const { name, kind, linkIndex, linkNetnsid } = inside;
  const article = kind?.startsWith('ip') ? 'an' : 'a';
  if (linkNetnsid === undefined) {
    const parent = sibling(evidence, linkIndex);
    return `${name} is ${article} ${kind} on ${parent ? `${parent.name}, a` : 'a'} device inside the container`;
  }
  const observer = observers.find(({ insideNetnsid }) => insideNetnsid === linkNetnsid);
  if (observer === undefined) {
    const than = observers[0]?.insideNetnsid === undefined ? '' : " than the host's";
    return `${name} is ${article} ${kind} on a device of another network namespace${than}: index ${linkIndex} there, its parent and not its peer`;
  }
  const parent = observer.links.find(({ ifindex }) => ifindex === linkIndex);
  const of = observer.place.path === undefined ? 'the host' : `the network namespace ${observer.place.path}`;
  const named = parent ? ` (${parent.name})` : '';
  return `${name} is ${article} ${kind} on a device of ${of}: taking that one down would cut off everybody on it${named}`;
}

const sibling = ({ siblings }: Evidence, index: number | undefined) =>
  siblings.find(({ ifindex }) => ifindex === index);

/** Why the peer of a veth is not among the devices that dbg has seen. */
export function peerElsewhere({ inside, observers, innerPid }: Evidence, peerIfindex: number): string {
  const { name } = inside;
  if (innerPid !== undefined) {
    return `${name} leads to something within the container: its peer is in the network namespace of its process ${innerPid}`;
  }
  const others = observers.length - 1;
  const looked = others > 0 ? `, and in none of the ${others} others that dbg looked into` : '';
  const namesake = observers[0]?.links.find(({ ifindex }) => ifindex === peerIfindex);
  const warning = namesake ? `; index ${peerIfindex} is ${namesake.name} here, which is not it` : '';
  return `the peer of ${name} is in another network namespace than the host's${looked}${warning}`;
}
