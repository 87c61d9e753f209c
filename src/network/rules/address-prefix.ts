import { BlockList, isIP } from 'node:net';

/**
 * Whether an address is within a prefix, "10.0.0.0/8", "fd00::/8", or is that address; undefined
 * for another text.
 */
export function isWithin(address: string, prefix: string): boolean | undefined {
  const [network = '', length] = prefix.split('/');
  const family = isIP(network);
  const most = family === 6 ? 128 : 32;
  const bits = Number(length ?? most);
  if (family === 0 || (length !== undefined && !/^\d+$/.test(length)) || bits > most) return undefined;
  if (isIP(address) !== family) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family === 6 ? 'ipv6' : 'ipv4');
  return list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
