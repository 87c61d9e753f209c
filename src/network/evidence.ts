import type { NetnsPath } from './netns-path.ts';
import type { Link } from './links.ts';
/** A network namespace in which dbg looks for the peers of a container's veths, and its devices. */
export interface Observer {
  readonly place: NetnsPath;
  readonly links: readonly Link[];
  /**
   * The number (netnsid) by which this namespace knows the container's network namespace. undefined
   * when it has no number for it: then no device here has its peer in the container.
   */
  readonly netnsid: number | undefined;
  /** the container's number for this namespace; undefined when dbg could not ask for it */
  readonly insideNetnsid: number | undefined;
}

/** What dbg has seen of an interface of a container, from which the proof of its peer is made. */
export interface Evidence {
  /** the container's interface, as its own namespace sees it */
  readonly inside: Link;
  /** all devices of the container */
  readonly siblings: readonly Link[];
  /** the ifindex of the peer, as the container's side reports it */
  readonly peerIfindex: number | undefined;
  /** the host's own namespace is the first */
  readonly observers: readonly Observer[];
  /**
   * A process of the container itself, when the peer is in that process's network namespace. The
   * veth pair then stays within the container.
   */
  readonly innerPid: number | undefined;
}
