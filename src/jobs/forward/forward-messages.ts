/** Where a connection leads, on the side that connects. */
export type Destination =
  | { readonly kind: 'port'; readonly port: number }
  /** a unix socket of this host */
  | { readonly kind: 'path'; readonly path: string };

/** A place on which a forwarder listens itself: with --reverse, in the container's network. */
export interface InsidePlace {
  /** which of the wished ports it is, counted from 0 */
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  /** 0: any free one */
  readonly listen: number;
}

/** User and group that a forwarder becomes; it keeps no supplementary group and no capability. */
export interface ForwarderIds {
  readonly uid: number;
  readonly gid: number;
}

/** What dbg tells a forwarder. With some messages comes a socket. */
export type ToForwarder =
  /** The first message. `ids`: whom it becomes once it listens; undefined: it stays who it is. */
  | {
      readonly tell: 'start';
      readonly listen: readonly InsidePlace[];
      readonly ids: ForwarderIds | undefined;
      /** what flows is told too: all of it, or without secrets */
      readonly shows: 'nothing' | 'redacted' | 'all';
    }
  /** With a client's connection, which is to be joined to one that the forwarder makes. */
  | { readonly tell: 'client'; readonly id: number; readonly port: number; readonly to: Destination }
  /** With a client's connection; the one to join it to follows by `server`. */
  | { readonly tell: 'pair'; readonly id: number; readonly port: number }
  | { readonly tell: 'server'; readonly id: number }
  /** With a UDP socket, whose datagrams are to go on, and those that come back to return by it. */
  | { readonly tell: 'datagrams'; readonly port: number; readonly to: Destination }
  /** The forwarder closes its UDP sockets, and answers `released`. */
  | { readonly tell: 'release' }
  /** No more connections come: the forwarder ends when those that are open have ended. */
  | { readonly tell: 'last' }
  /** The forwarder cuts off all connections, tells how they ended, and ends. */
  | { readonly tell: 'stop' };

/** Which side did something: the one that connects to dbg, or the one that dbg connects to. */
export type ForwardSide = 'client' | 'server';

/**
 * How a connection ended:
 * - `closed`: both sides had sent all; `by` finished first
 * - `reset`: `by` cut it off
 * - `refused`: nobody listens there
 * - `cut`: dbg ended
 * - `failed`: `why` says what the system said
 */
export interface HowItEnded {
  readonly how: 'closed' | 'reset' | 'refused' | 'cut' | 'failed';
  readonly by: ForwardSide | undefined;
  readonly why: string | undefined;
}

/** A connection that has ended, or a UDP client that has been silent for a minute. */
export interface EndedConnection extends HowItEnded {
  readonly port: number;
  readonly from: string;
  /** the address that it went to; undefined when there was no connection */
  readonly to: string | undefined;
  /** bytes from the client, and to it */
  readonly sent: number;
  readonly received: number;
  /** how long it was open, in ms */
  readonly milliseconds: number;
}

/** What a forwarder tells dbg. */
export type FromForwarder =
  /** It listens, and is nobody's root any more. `listens`: by the order of `listen`, the ports. */
  | { readonly tell: 'ready'; readonly listens: readonly number[] }
  /** It cannot listen on a place: `code` is the system's (EADDRINUSE). */
  | { readonly tell: 'cannot'; readonly place: InsidePlace; readonly code: string }
  /** With a connection that somebody made to a place of `listen`. */
  | { readonly tell: 'accepted'; readonly port: number; readonly from: string }
  | { readonly tell: 'released' }
  /** With the UDP socket of a place of `listen`. */
  | { readonly tell: 'bound'; readonly port: number }
  | { readonly tell: 'opened'; readonly id: number; readonly port: number; readonly from: string; readonly to: string }
  | ({ readonly tell: 'ended'; readonly id: number } & EndedConnection)
  /** Not 127.0.0.1 but this address answers. */
  | { readonly tell: 'by'; readonly port: number; readonly address: string }
  /** Lines of what flows on a connection. `leftOut`: how many came too fast before them. */
  | { readonly tell: 'flow'; readonly id: number; readonly lines: readonly string[]; readonly leftOut: number };

/** A forwarder counts the clients of UDP from here on; dbg counts the connections. */
export const FIRST_DATAGRAM_ID = 1e9;
