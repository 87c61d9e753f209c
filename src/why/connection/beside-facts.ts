import type { Container } from '../../engine/container.ts';
import type { Walked } from '../../network/rules/walk-saved.ts';
import type { NetDrops } from '../../proc/net-drops.ts';

/**
 * The way to an address, as the container's kernel would take it; or the kernel's message where
 * there is none.
 */
export type PacketWay =
  | { readonly device: string; readonly gateway: string | undefined; readonly source: string | undefined }
  | { readonly refused: string };

/** Somebody outside, as this host sees them. */
export interface Outsider {
  readonly address: string;
  /** the way that this host answers by */
  readonly way: PacketWay;
  /** what the host's rules would do with what they send; undefined where these cannot be read */
  readonly walked: Walked | undefined;
}

/** The outcome of a connection to the address of the other family. */
export interface OtherFamily {
  readonly address: string;
  readonly isConnected: boolean;
  /** the name of the error; empty for silence */
  readonly error: string;
}

/** What the kernel of a party dropped while something was tried. */
export interface Dropped {
  readonly party: Pick<Container, 'id' | 'name'>;
  readonly now: NetDrops;
  readonly grew: Omit<NetDrops, 'connections'>;
}
