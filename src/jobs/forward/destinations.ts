import type { ListeningSocket } from '../../proc/net.ts';

/**
 * The addresses by which sockets that wait on a port are reached from their own network namespace,
 * the likeliest first: 127.0.0.1, ::1, then others of the namespace. Empty when nobody waits there.
 */
export function addressesFor(sockets: readonly ListeningSocket[], protocol: 'tcp' | 'udp', port: number): string[] {
  const waiting = sockets.filter((each) => each.protocol === protocol && each.port === port);
  // A socket on :: takes IPv4 too, unless it was told not to (IPV6_V6ONLY, ipv6(7)).
  const reached = waiting.flatMap(({ address }) =>
    address === '0.0.0.0' ? ['127.0.0.1'] : address === '::' ? ['127.0.0.1', '::1'] : [address],
  );
  const likeliest = ['127.0.0.1', '::1'].filter((each) => reached.includes(each));
  return [...new Set([...likeliest, ...reached])];
}
