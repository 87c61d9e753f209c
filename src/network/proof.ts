import type { Observer, Evidence } from './evidence.ts';
import type { Link } from './links.ts';
import { HOST_NETNS, type NetnsPath } from './netns-path.ts';
import { hasOwnCut, peerElsewhere, withoutPeer } from './reasons.ts';

/**
 * How sure it is that a device is the peer of a container's interface.
 * - both ways: each end names the other one
 * - one way: the device names the interface as its peer, but the container's side contradicts it
 * - none: dbg has seen no such device
 */
export type Proof = 'both ways' | 'one way' | 'none';

/**
 * The other end of a container's interface, the proof for it, and where the interface can be cut.
 */
export interface Pair {
  readonly device: Link | undefined;
  /** the namespace in which the device is */
  readonly place: NetnsPath;
  readonly proof: Proof;
  /** why the proof is not "both ways"; empty when it is */
  readonly reason: string;
  /**
   * Where the container can be cut without harm to anybody else; undefined: nowhere.
   * - peer: at the device at the other end
   * - own: at the container's own device, in the container's namespace. A device that is set down
   *   there loses its routes; a rule that drops its frames leaves the routes.
   */
  readonly cutAt: 'peer' | 'own' | undefined;
}

/**
 * The device at the other end of a container's interface, and the proof for it.
 *
 * An ifindex counts within one network namespace only, and each namespace has its own netnsids for
 * the others. So one statement alone is sure: that of the namespace where the peer is. There, the
 * peer is the veth that names as its own peer the container's namespace (by the netnsid of the
 * looking namespace) and the interface's index in it. The container's side says less: a bare index,
 * and its own number for the namespace. It must agree, and is not believed alone.
 */
export function provePair(evidence: Evidence): Pair {
  const { inside, peerIfindex, observers } = evidence;
  if (inside.kind !== 'veth') return { ...none(withoutPeer(evidence)), cutAt: hasOwnCut(inside) ? 'own' : undefined };
  if (inside.linkIndex !== undefined && inside.linkNetnsid === undefined)
    return none(`both ends of ${inside.name} are in the container`);
  if (peerIfindex === undefined) return none(`the kernel names no peer of ${inside.name}`);

  const seen = peerSeen(observers, inside);
  if (seen === undefined) return none(peerElsewhere(evidence, peerIfindex));
  const { device, observer } = seen;
  const contradiction = contradicts(inside, peerIfindex, seen);
  const pair = { device, place: observer.place };
  if (contradiction) return { ...pair, proof: 'one way', cutAt: undefined, reason: contradiction };
  // In a namespace other than the host's, a device that is no port of a bridge is somebody's own
  // interface. Setting it down would remove that somebody's routes.
  const isOthers = observer.place.path !== undefined && device.master === undefined;
  return { ...pair, proof: 'both ways', cutAt: isOthers ? 'own' : 'peer', reason: '' };
}

/**
 * The first observer's veth that names the container's namespace and this interface as its peer.
 */
export function peerSeen(
  observers: readonly Observer[],
  inside: Link,
): { device: Link; observer: Observer } | undefined {
  for (const observer of observers) {
    const { links, netnsid } = observer;
    const device = links.find(
      ({ kind, linkNetnsid, linkIndex }) =>
        netnsid !== undefined && kind === 'veth' && linkNetnsid === netnsid && linkIndex === inside.ifindex,
    );
    if (device) return { device, observer };
  }
  return undefined;
}

function contradicts(
  { name, linkNetnsid }: Link,
  peerIfindex: number,
  { device, observer }: { device: Link; observer: Observer },
): string | undefined {
  const statement = `${device.name} (index ${device.ifindex}) names ${name} as its peer`;
  if (device.ifindex !== peerIfindex) return `${statement}, but ${name} names index ${peerIfindex}`;
  const { insideNetnsid } = observer;
  return linkNetnsid === undefined || insideNetnsid === undefined || linkNetnsid === insideNetnsid
    ? undefined
    : `${statement}, but ${name} names another network namespace`;
}

const none = (reason: string): Pair => ({
  device: undefined,
  place: HOST_NETNS,
  proof: 'none',
  reason,
  cutAt: undefined,
});
