import type { NetnsPath } from './netns-path.ts';
import type { Link } from './links.ts';
/** A network namespace from which a container's peers may be seen, and what is seen there. */
export interface Observer {
  readonly place: NetnsPath;
  readonly links: readonly Link[];
  /**
   * its number for the container's network namespace; undefined: it has none, so no device there
   * has its peer in it
   */
  readonly netnsid: number | undefined;
  /** the container's number for it; undefined when that could not be asked */
  readonly insideNetnsid: number | undefined;
}

export interface Evidence {
  /** the container's interface, as its own namespace sees it */
  readonly inside: Link;
  /** all devices of the container */
  readonly siblings: readonly Link[];
  /** the peer's ifindex, as the container's side tells it */
  readonly peerIfindex: number | undefined;
  /** the host first */
  readonly observers: readonly Observer[];
  /**
   * the process of the container itself in whose namespace the peer is: the wire goes no further
   */
  readonly innerPid: number | undefined;
}
