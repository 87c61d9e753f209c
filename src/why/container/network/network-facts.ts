import type { SeenMark } from '../../../network/cut/in-force.ts';
import type { Link } from '../../../network/links.ts';
import type { NetnsPath } from '../../../network/netns-path.ts';
import type { DeviceRule } from '../../../network/rules/device-rules.ts';
import type { DeviceCounts } from '../../../proc/device-counts.ts';

/** What a device counted until now, and how much of that while dbg looked. */
export interface CountedEnd {
  readonly now: DeviceCounts;
  readonly grew: DeviceCounts;
}

/** A container's interface on a network of the engine's, and the devices that its packets pass. */
export interface SeenWire {
  readonly network: string;
  readonly inside: Link;
  /** the other end of its pair */
  readonly device: Link | undefined;
  readonly place: NetnsPath;
  /** the bridge that the other end is a port of */
  readonly bridge: Link | undefined;
  /** dbg's cuts at either end */
  readonly marks: readonly SeenMark[];
  /** what somebody else has put on the other end */
  readonly foreign: readonly DeviceRule[];
  /** the counters of both ends; undefined where they cannot be read */
  readonly counted: { readonly inside: CountedEnd | undefined; readonly device: CountedEnd | undefined };
}

export interface SeenNetwork {
  readonly wires: readonly SeenWire[];
  /**
   * the device by which the host sends to everybody outside; undefined where it has no default
   * route
   */
  readonly uplink: Link | undefined;
}

/**
 * Whether a nameserver answered. "refused": nobody listens there; "unreachable": nothing leads
 * there.
 */
export type Answering = 'answers' | 'refused' | 'unreachable' | 'silent';

export interface SeenServer {
  readonly address: string;
  /** as seen from the container */
  readonly inside: Answering;
  /** as seen from this host; undefined for an address that means another party there */
  readonly fromHost: Answering | undefined;
  /** of Docker's DNS, whether it has an answer to a name that it has to ask others for */
  readonly isAskingOthers: boolean;
}

/** What a container's /etc/resolv.conf names, and whether that answers. */
export interface SeenResolver {
  /** the nameservers that the file names; empty where it names none */
  readonly nameservers: readonly string[];
  /** whether they are those of this host's own /etc/resolv.conf */
  readonly isAsHosts: boolean;
  /** whether the container is on networks alone that lead nowhere outside */
  readonly isInternal: boolean;
  /** undefined where nothing was sent */
  readonly servers: readonly SeenServer[] | undefined;
}
