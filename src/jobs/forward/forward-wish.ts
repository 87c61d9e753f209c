import type { Destination } from './forward-messages.ts';

/** Where a forward listens. */
export type ListenPlace =
  /** `listen` 0: any free port */
  | { readonly kind: 'port'; readonly address: string; readonly listen: number }
  | { readonly kind: 'path'; readonly path: string };

/** A port or a socket that is to be led to, as a person typed it. */
export interface WishedPort {
  readonly protocol: 'tcp' | 'udp';
  readonly at: ListenPlace;
  readonly to: Destination;
}

/** What is to be forwarded, and what is told of it. */
export interface ForwardWish {
  readonly ports: readonly WishedPort[];
  /** whether the container listens, and this host is connected to */
  readonly isReverse: boolean;
  readonly shows: 'nothing' | 'redacted' | 'all';
}

/** host:port, as a URL has it. */
export const placeText = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

/** Where a forward listens, for people: "127.0.0.1:8080", "/tmp/db.sock". */
export const listenPlaceText = (at: ListenPlace): string =>
  at.kind === 'path' ? at.path : placeText(at.address, at.listen);
