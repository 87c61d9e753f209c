import type { Observer, Evidence } from './evidence.ts';
import type { Link } from './links.ts';
import { HOST_NETNS, type NetnsPath } from './netns-path.ts';
import { hasOwnCut, peerElsewhere, withoutPeer } from './reasons.ts';

/**
 * How sure it is that a device is the other end of a container's interface.
 * - both ways: the look from the peer's namespace and the container's look name each other
 * - one way: the look from there says so, the container's contradicts it
 * - none: no such device is seen
 */
export type Proof = 'both ways' | 'one way' | 'none';

export interface Pair {
  readonly device: Link | undefined;
  /** the namespace in which that device is */
  readonly place: NetnsPath;
  readonly proof: Proof;
  /** why it is not "both ways"; empty when it is */
  readonly reason: string;
  /**
   * Where a cut is possible without harm to anybody else: at the peer, or on the container's own device, in its namespace (what is
   * set down there loses its routes; what drops its frames there does not).
   */
  readonly cutAt: 'peer' | 'own' | undefined;
}

/**
 * The device at the other end of a container's interface.
 *
 * An ifindex counts within one network namespace only, and netnsids are numbered by whoever looks. So the one sure statement is
 * that of the namespace where the peer is: a veth whose peer is (its number for the container's namespace, the interface's index
 * there). What the container's side says, a bare index and its own number for that namespace, must agree and is not believed alone.
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
  // Elsewhere, a device that is no port of a bridge is somebody's own interface: set down, it would lose routes of theirs.
  const isOthers = observer.place.path !== undefined && device.master === undefined;
  return { ...pair, proof: 'both ways', cutAt: isOthers ? 'own' : 'peer', reason: '' };
}

/** The statement of an observer: its veth whose peer has this index in the container's namespace. */
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
