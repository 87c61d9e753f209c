import { isIP } from 'node:net';
import { portRef } from '../../engine/match.ts';
import { usageError } from '../../errors.ts';
import { parsePeer } from '../../network/cut/peers.ts';
import type { Wish } from '../../why/connection/connection-facts.ts';
import type { TalkWish } from '../../why/connection/talk/talk-facts.ts';

export interface ConnectionOptions {
  readonly udp?: boolean;
  readonly ipv4?: boolean;
  readonly ipv6?: boolean;
  readonly tls?: boolean;
  readonly http?: string;
  readonly from?: string;
  /** false for --no-probe */
  readonly probe?: boolean;
}

const OVER_TCP = '--tls and --http are spoken over TCP, not over UDP';
const FORMS = 'HOST[:PORT[/udp]], HOST a container, a name or an address (db:5432, 10.0.0.2, [fd00::1]:80)';

/** What is to be spoken over the connection. Throws a usage error. */
export function readTalk({ tls = false, http }: ConnectionOptions): TalkWish {
  if (http !== undefined && (!/^\/[\x21-\x7e]*$/.test(http) || http.length > 2000))
    throw usageError(`--http takes a path, as /health?full=1, not "${http}"`);
  return { tls, path: http };
}

/** Reads HOST[:PORT[/udp]]. Throws a usage error. */
export function readWish(text: string, options: ConnectionOptions): Wish {
  const { name, address, port: named, protocol } = parsePeer(text, 'dbg why CTR', FORMS);
  if (address?.includes('/')) throw usageError(`"${text}" is a prefix: which address of it is meant?`);
  const { tls, path } = readTalk(options);
  const isTalk = tls || path !== undefined;
  if (isTalk && (options.udp || protocol === 'udp')) throw usageError(OVER_TCP);
  const port = named ?? (isTalk ? (tls ? 443 : 80) : undefined);
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
export function refuseWithoutPeer({ udp, ipv4, ipv6, tls, http }: ConnectionOptions): void {
  const given = [udp && '--udp', ipv4 && '-4', ipv6 && '-6', tls && '--tls', http !== undefined && '--http'].filter(
    Boolean,
  );
  if (given.length > 0) throw usageError(`${given.join(', ')}: only for a connection: dbg why CTR HOST[:PORT]`);
}

/** Reads what `--from` is about: CTR:PORT[/udp]. Throws a usage error. */
export function readInward(
  ref: string,
  { from = '', udp, ipv4, ipv6, tls, http }: ConnectionOptions,
): { readonly ctr: string; readonly port: number; readonly protocol: 'tcp' | 'udp' } {
  const [, ctr, port, given] = /^([^:]+):(\d{1,5})(?:\/(tcp|udp))?$/.exec(ref) ?? [];
  if (ctr === undefined || Number(port) === 0 || Number(port) > 65535)
    throw usageError(`--from ${from} is about a port of a container: dbg why CTR:PORT --from HOST, not "${ref}"`);
  if (isIP(from) !== 0 && (ipv4 || ipv6)) throw usageError(`-4 and -6 say nothing beside --from ${from}`);
  const protocol = udp || given === 'udp' ? 'udp' : 'tcp';
  if (protocol === 'udp' && (tls || http !== undefined)) throw usageError(OVER_TCP);
  return { ctr, port: Number(port), protocol };
}
