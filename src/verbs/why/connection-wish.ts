import { portRef } from '../../engine/match.ts';
import { usageError } from '../../errors.ts';
import { parsePeer } from '../../network/cut/peers.ts';
import type { Wish } from '../../why/connection/connection-facts.ts';

export interface ConnectionOptions {
  readonly udp?: boolean;
  readonly ipv4?: boolean;
  readonly ipv6?: boolean;
  /** false for --no-probe */
  readonly probe?: boolean;
}

/** Reads HOST[:PORT[/udp]]. Throws a usage error. */
export function readWish(text: string, options: ConnectionOptions): Wish {
  const { name, address, port, protocol } = parsePeer(text, 'dbg why CTR');
  if (address?.includes('/')) throw usageError(`"${text}" is a prefix: which address of it is meant?`);
  const family = familyOf(options);
  if (address !== undefined && family !== undefined && address.includes(':') !== (family === 6))
    throw usageError(`"${address}" is no IPv${family} address`);
  const local = /^localhost$/i.test(name) ? (family === 6 ? '::1' : '127.0.0.1') : undefined;
  // What a program in the container means by localhost is certain, whatever its /etc/hosts says.
  return { host: name, address: address ?? local, port, protocol: options.udp ? 'udp' : protocol, family };
}

/** The family of addresses that was asked for; undefined: either. */
const familyOf = ({ ipv4, ipv6 }: ConnectionOptions): Wish['family'] => (ipv4 ? 4 : ipv6 ? 6 : undefined);

/** A published port of the host, ":53/udp", of which the options may say more: --udp, -4, -6. */
export function readDoor(ref: string, options: ConnectionOptions): { ref: string; family: Wish['family'] } {
  const { port, protocol = 'udp' } = portRef(ref) ?? {};
  const family = familyOf(options);
  if (port === undefined || !options.udp) return { ref, family };
  if (protocol !== 'udp') throw usageError(`--udp: ${ref} is a port of ${protocol}`);
  return { ref: `:${port}/udp`, family };
}

/** Throws a usage error for an option about a connection where none is asked about. */
export function refuseWithoutPeer({ udp, ipv4, ipv6, probe }: ConnectionOptions): void {
  const given = [udp && '--udp', ipv4 && '-4', ipv6 && '-6', probe === false && '--no-probe'].filter(Boolean);
  if (given.length > 0) throw usageError(`${given.join(', ')}: only for a connection: dbg why CTR HOST[:PORT]`);
}
