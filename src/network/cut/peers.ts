import { isIP } from 'node:net';
import { usageError } from '../../errors.ts';
import type { PeerMatch } from './ways.ts';

/** A peer as a person named it. When it is a container, its addresses are not looked up yet. */
export type PeerName = Omit<PeerMatch, 'addresses'> & {
  /** the address or prefix that the person named; undefined when `name` is a container */
  readonly address: string | undefined;
};

const FORMS = 'PEER[:PORT[/udp]], PEER a container, an address or a prefix (10.0.0.0/24, [fd00::1]:80)';

/**
 * Reads PEER[:PORT[/udp]]. PEER is a container, an address or a prefix; an IPv6 address with a port
 * is in brackets. Throws a usage error.
 * @param option what takes it, and `forms` what it may be there, for that error
 */
export function parsePeer(text: string, option = '--drop', forms = FORMS): PeerName {
  const bare = addressOf(text);
  if (bare !== undefined) return { name: text, address: bare, port: undefined, protocol: 'tcp' };
  const [, bracketed, plain, digits, protocol] =
    /^(?:\[([^\]]*)\]|([^:[\]]+))(?::(\d{1,5})(?:\/(tcp|udp))?)?$/.exec(text) ?? [];
  const name = bracketed ?? plain;
  const port = digits === undefined ? undefined : Number(digits);
  const address = name === undefined ? undefined : addressOf(name);
  if (name === undefined || (bracketed !== undefined && address === undefined) || port === 0 || (port ?? 0) > 65535) {
    throw usageError(`${option} takes ${forms}, not "${text}"`);
  }
  return { name, address, port, protocol: protocol === 'udp' ? 'udp' : 'tcp' };
}

/**
 * An address or a prefix; undefined for anything else. It refuses ::ffff:10.0.0.1 as well, the form
 * in which IPv6 sockets show an IPv4 address: no frame on the wire has it.
 */
function addressOf(text: string): string | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const family = address.includes('%') ? 0 : isIP(address);
  const bits = family === 4 ? 32 : 128;
  if (family === 0 || rest.length > 0 || /^::ffff:/i.test(address)) return undefined;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits) ? text : undefined;
}

/** Addresses by their family, under the names that nft(8) has for it. */
export function byFamily(addresses: readonly string[]): Readonly<Record<'ip' | 'ip6', readonly string[]>> {
  return {
    ip: addresses.filter((address) => isIP(address.split('/')[0]!) === 4),
    ip6: addresses.filter((address) => isIP(address.split('/')[0]!) === 6),
  };
}
