import type { Container } from '../../engine/container.ts';
import type { Health } from '../../engine/inspection.ts';
import type { Network } from '../../engine/network.ts';
import type { SeenMark } from '../../network/cut/in-force.ts';
import type { Link } from '../../network/links.ts';
import type { NetnsPath } from '../../network/netns-path.ts';
import type { AddressType } from '../../network/reach/dns-message.ts';
import type { DroppingChain, Grown } from '../../network/rules/firewall-rules.ts';
import type { TracedRule } from '../../network/rules/rule-trace.ts';
import type { Listening } from '../../network/reach/listening.ts';
import type { NextStep } from '../../errors.ts';
import { shellQuote } from '../../text.ts';
import type { Resolver } from '../../network/reach/resolver-files.ts';
import type { Dropped, OtherFamily, Outsider, PacketWay } from './beside-facts.ts';
import type { HttpTalk, PathSizes, TlsTalk } from './talk/talk-facts.ts';

/** What a person wants to reach, from a container or from this host. */
export interface Wish {
  /** a name or an address, as it was typed */
  readonly host: string;
  /** undefined where `host` is a name */
  readonly address: string | undefined;
  readonly port: number | undefined;
  readonly protocol: 'tcp' | 'udp';
  /** the family of addresses; undefined for either */
  readonly family: 4 | 6 | undefined;
}

/** A container that the engine knows by the name that the person typed. */
export interface Named {
  readonly container: Container;
  readonly by: 'name' | 'alias';
  /** the networks on which the container has this name */
  readonly networks: readonly string[];
}

/**
 * Who has the address: a container (perhaps the one that asks), the host itself, or a party outside
 * that this engine does not know.
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
  /** the port of the container */
  readonly port: number;
  /** the addresses of the host on which it is published */
  readonly addresses: readonly string[];
}

/** What the container's files in /etc say about a name. */
export interface EtcFiles {
  /** the name's addresses in /etc/hosts */
  readonly hosts: readonly string[];
  readonly resolver: Resolver;
}

/** What one nameserver said about one name. */
export interface Looked {
  readonly server: string;
  readonly name: string;
  readonly type: AddressType;
  /**
   * a number: the response code of RFC 1035. "refused": nobody listens there; "unreachable":
   * nothing leads there; "silent": no answer came. "passed on": no answer came, but Docker's DNS
   * does answer for this container's own name; so it does not know the name, and the nameservers
   * that it passed the question on to are silent
   */
  readonly outcome: 'silent' | 'refused' | 'unreachable' | 'passed on' | number;
  readonly addresses: readonly string[];
}

/** An end of the wire: a container's interface, and the device at the other end of its pair. */
export interface WireEnd {
  readonly container: string;
  readonly network: string | undefined;
  readonly inside: Link;
  readonly device: Link | undefined;
  readonly place: NetnsPath;
  /** dbg's cuts at either end of the pair */
  readonly marks: readonly SeenMark[];
}

export interface Wire {
  /**
   * the interface through which the container sends, or the one on the network that it shares with
   * the peer
   */
  readonly own: WireEnd | undefined;
  /**
   * the peer's interface on that network; undefined where the peer is no container, or shares no
   * network
   */
  readonly peer: WireEnd | undefined;
  /** the bridge of the host that joins the two */
  readonly bridge: Link | undefined;
}

/** The result of a connection attempt. */
export interface Attempt {
  readonly address: string;
  readonly port: number;
  readonly outcome: 'connected' | 'refused' | 'unreachable' | 'silent';
  /** the error's name and number (errno(3)); empty without an error */
  readonly error: string;
  /** how many packets asked for the connection, retransmissions included */
  readonly sent: number;
  /**
   * the state of the address' entry in the neighbour table after the attempt: "REACHABLE",
   * "FAILED"; undefined where the kernel has no entry
   */
  readonly neighbour: string | undefined;
  /** the MAC address that answered for it, in lower case; undefined where none did */
  readonly neighbourMac: string | undefined;
}

/** The rules whose counters grew during the attempt, by the network namespace that they are in. */
export interface Taken {
  readonly sent: number;
  readonly own: readonly Grown[];
  readonly host: readonly Grown[];
  readonly peer: readonly Grown[];
}

/** The chains of nft's whose policy drops, by the network namespace that they are in. */
export interface DroppingChains {
  readonly own: readonly DroppingChain[];
  readonly host: readonly DroppingChain[];
  readonly peer: readonly DroppingChain[];
}

/**
 * The rules and policies of nft's that took the packets of a further attempt, as the kernel's trace
 * tells, by the network namespace that they are in. undefined where none was made: no rule there
 * needs one, or the kernel has no trace.
 */
export interface Traced {
  readonly own: readonly TracedRule[] | undefined;
  readonly host: readonly TracedRule[] | undefined;
  readonly peer: readonly TracedRule[] | undefined;
}

/** What is known about a connection. Each fact is learned once (jobs/why/connection-probes.ts). */
export interface ConnectionFacts {
  readonly wish: Wish;
  readonly from: Container;
  readonly now: number;
  readonly named: readonly Named[];
  /** the address that is tried */
  readonly address: string;
  readonly peer: Peer;
  readonly etc: EtcFiles;
  /** the answers of the nameservers; empty where none was asked, as for an address */
  readonly looked: readonly Looked[];
  /** the networks that the container is on */
  readonly networks: readonly Network[];
  readonly way: PacketWay;
  /**
   * the way that the host takes to the address, once the packets have left its bridges; undefined
   * where they are not to leave this host
   */
  readonly hostWay: PacketWay | undefined;
  /** the way that the peer answers by; undefined where the peer is no other container */
  readonly peerWay: PacketWay | undefined;
  readonly wire: Wire;
  /** whether the host forwards packets (net.ipv4.ip_forward) */
  readonly isForwarding: boolean;
  /** what listens in the peer's network namespace */
  readonly listening: readonly Listening[];
  readonly attempt: Attempt;
  /** the attempt, or undefined where none was made; for checks that also work without one */
  readonly tried: Attempt | undefined;
  readonly taken: Taken;
  readonly droppingChains: DroppingChains;
  readonly traced: Traced;
  /** what listens on the host, and the rules by which its ports lead to containers */
  readonly doors: Doors;
  /** what came of a TLS handshake; of use only where one was wished for */
  readonly tls: TlsTalk;
  /** what came of HTTP requests; of use only where one was wished for */
  readonly http: HttpTalk;
  readonly path: PathSizes;
  /** where the packets arrive at the peer, behind a translation of address or port */
  readonly at: { readonly address: string; readonly port: number | undefined };
  /** of a peer that is a container with a health check */
  readonly health: Health | undefined;
  /** a second address of the name, by IPv6, that a program would take first */
  readonly other: OtherFamily | undefined;
  /** what the kernels of the parties dropped while the connection was tried */
  readonly drops: readonly Dropped[];
  /** how many connections the kernel keeps in mind; undefined where it keeps none */
  readonly mostConnections: number | undefined;
  /** whether the host puts its own address in place of the asker's */
  readonly hasMasquerade: boolean;
  /** somebody outside who is to reach the container; of use only where one was named */
  readonly outsider: Outsider;
}

/** What leads from a port of the host to a container: docker-proxy, a DNAT rule, or both. */
export interface Doors {
  readonly listening: readonly Listening[];
  /** DNAT rules, as iptables-save or nft prints them */
  readonly rules: readonly string[];
}

/** Whether this host itself asks, from its own network namespace, and no container. */
export const isThisHost = ({ id }: Pick<Container, 'id'>): boolean => id === '';
/**
 * Whether a container asks for another one by an address and a port of the host, which lead there.
 */
export const isTranslated = (from: Pick<Container, 'id'>, peer: Peer): boolean =>
  peer.kind === 'container' && peer.published !== undefined && !isThisHost(from);
/** The name of the asking party in a sentence. */
export const called = (from: Pick<Container, 'id' | 'name'>): string =>
  isThisHost(from) ? 'this host' : `"${from.name}"`;
/**
 * The command that does in the asking party's network namespace what `command` does on the host.
 */
export const within = (from: Pick<Container, 'id' | 'name'>, command: string): string =>
  isThisHost(from) ? command : `dbg exec ${shellQuote(from.name)} ${command}`;

/** Whether a container was started without a network, and was put on none later. */
export const isAlone = ({ networkMode, networks }: Pick<Container, 'networkMode' | 'networks'>): boolean =>
  networkMode === 'none' && networks.every(({ network }) => network === 'none');

/** The names of the networks that both containers are on. */
export const sharedNetworks = (from: Container, other: Container): string[] =>
  other.networks.map(({ network }) => network).filter((name) => from.networks.some(({ network }) => network === name));

/**
 * Whether a container uses a network namespace that is not its own: the host's, or another
 * container's.
 */
export const isGuest = ({ networkMode }: Container): boolean =>
  networkMode === 'host' || networkMode.startsWith('container:');

/** A next step at the peer's own container; none where the peer is no container of this engine. */
export const atPeer = (peer: Peer, what: string, command: (name: string) => string): NextStep[] =>
  peer.kind === 'container' ? [{ what, command: command(shellQuote(peer.container.name)) }] : [];
