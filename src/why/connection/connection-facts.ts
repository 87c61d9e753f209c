import type { Container } from '../../engine/container.ts';
import type { Network } from '../../engine/network.ts';
import type { SeenMark } from '../../network/cut/in-force.ts';
import type { Link } from '../../network/links.ts';
import type { NetnsPath } from '../../network/netns-path.ts';
import type { AddressType } from '../../network/reach/dns-message.ts';
import type { Grown } from '../../network/reach/firewall-rules.ts';
import type { Listening } from '../../network/reach/listening.ts';
import { shellQuote } from '../../text.ts';
import type { Resolver } from '../../network/reach/resolver-files.ts';

/** What a person wants to reach from a container. */
export interface Wish {
  /** as it was typed: a name or an address */
  readonly host: string;
  /** undefined: it is a name */
  readonly address: string | undefined;
  readonly port: number | undefined;
  readonly protocol: 'tcp' | 'udp';
  /** undefined: either */
  readonly family: 4 | 6 | undefined;
}

/** A container that the engine knows by the name that was typed. */
export interface Named {
  readonly container: Container;
  readonly by: 'name' | 'alias';
  /** the networks on which it is called so */
  readonly networks: readonly string[];
}

/**
 * Who has the address: a container (the one that asks, too), the host itself, or nobody that this
 * engine knows.
 */
export type Peer =
  | {
      readonly kind: 'container';
      readonly container: Container;
      readonly isItself: boolean;
      readonly published?: Published | undefined;
    }
  | { readonly kind: 'host' | 'outside' };

/** A port of the host that leads to a container. */
export interface Published {
  readonly host: number;
  /** of the container */
  readonly port: number;
  /** addresses of the host at which it is published */
  readonly addresses: readonly string[];
}

/** What the container's /etc says of a name. */
export interface EtcFiles {
  /** addresses of the name in /etc/hosts */
  readonly hosts: readonly string[];
  readonly resolver: Resolver;
}

/** What one nameserver said of one name. */
export interface Looked {
  readonly server: string;
  readonly name: string;
  readonly type: AddressType;
  /**
   * A code of RFC 1035; "silent" and "refused": no answer came; "passed on": none came, though
   * Docker's DNS answers for this container's own
   * name: it knows no such name, and whom it asks outside is silent.
   */
  readonly outcome: 'silent' | 'refused' | 'passed on' | number;
  readonly addresses: readonly string[];
}

/** The way to an address, as the container's kernel goes it, or its sentence when it has none. */
export type PacketWay =
  | { readonly device: string; readonly gateway: string | undefined; readonly source: string | undefined }
  | { readonly refused: string };

/** An end of the wire: a container's interface, with what is at the other end of its pair. */
export interface WireEnd {
  readonly container: string;
  readonly network: string | undefined;
  readonly inside: Link;
  readonly device: Link | undefined;
  readonly place: NetnsPath;
  /** cuts of dbg's, at either end */
  readonly marks: readonly SeenMark[];
}

export interface Wire {
  /** the interface by which the container sends, or the one of the network that both are on */
  readonly own: WireEnd | undefined;
  /**
   * the peer's on that network; undefined: it is no container, or on none of this one's networks
   */
  readonly peer: WireEnd | undefined;
  /** the bridge of the host between them */
  readonly bridge: Link | undefined;
}

/** What came of trying. */
export interface Attempt {
  readonly address: string;
  readonly port: number;
  readonly outcome: 'connected' | 'refused' | 'unreachable' | 'silent';
  /** the error's name and number, as errno(3) has them; empty for none */
  readonly error: string;
  /** packets that asked, with those that were sent again */
  readonly sent: number;
  /**
   * of the address on the link, afterwards: "REACHABLE", "FAILED"; undefined: the kernel has none
   */
  readonly neighbour: string | undefined;
}

/** Rules whose counters grew while it was tried, by whose namespace they are in. */
export interface Taken {
  readonly sent: number;
  readonly own: readonly Grown[];
  readonly host: readonly Grown[];
  readonly peer: readonly Grown[];
}

/** What is known of a connection. Each is learned once (jobs/why/connection-probes.ts). */
export interface ConnectionFacts {
  readonly wish: Wish;
  readonly from: Container;
  readonly now: number;
  readonly named: readonly Named[];
  /** to which it is tried */
  readonly address: string;
  readonly peer: Peer;
  readonly etc: EtcFiles;
  /** what the nameservers say; none where they were not asked, as for an address */
  readonly looked: readonly Looked[];
  /** the networks that the container is on */
  readonly networks: readonly Network[];
  readonly way: PacketWay;
  /**
   * the same of the host, to where it is to go on from its bridges; undefined: it is not to leave
   * this host
   */
  readonly hostWay: PacketWay | undefined;
  readonly wire: Wire;
  /** net.ipv4.ip_forward of the host */
  readonly isForwarding: boolean;
  /** what listens where the peer is */
  readonly listening: readonly Listening[];
  readonly attempt: Attempt;
  /** the same where there was one: for what is asked with or without it */
  readonly tried: Attempt | undefined;
  readonly taken: Taken;
  /** what listens on the host, and the rules by which its ports lead to containers */
  readonly doors: Doors;
}

/** What leads from a port of the host to a container: docker-proxy, a rule, or both. */
export interface Doors {
  readonly listening: readonly Listening[];
  /** DNAT rules as they are saved */
  readonly rules: readonly string[];
}

/**
 * This host, where it is who asks: in its own network namespace, and no container of the engine.
 */
export const isThisHost = ({ id }: Pick<Container, 'id'>): boolean => id === '';
/** How who asks is called in a sentence. */
export const called = (from: Pick<Container, 'id' | 'name'>): string =>
  isThisHost(from) ? 'this host' : `"${from.name}"`;
/** The command that does in there what this one does on the host. */
export const within = (from: Pick<Container, 'id' | 'name'>, command: string): string =>
  isThisHost(from) ? command : `dbg exec ${shellQuote(from.name)} ${command}`;

/** The networks that both are on. */
export const sharedNetworks = (from: Container, other: Container): string[] =>
  other.networks.map(({ network }) => network).filter((name) => from.networks.some(({ network }) => network === name));

/**
 * Whether a container is in a network namespace that is not its own: the host's, or another
 * container's.
 */
export const isGuest = ({ networkMode }: Container): boolean =>
  networkMode === 'host' || networkMode.startsWith('container:');
