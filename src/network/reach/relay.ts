import RELAY from './relay.pl';

/** The largest segment that every IPv4 path carries: 576 bytes without the headers (RFC 9293). */
export const SMALL_SEGMENT = 536;

/**
 * The argv that joins its stdin and stdout to a TCP connection, for at most `seconds`, in the
 * network namespace that it is started in (relay.pl).
 * @param segment the most bytes that a packet of the connection carries, in either direction;
 * undefined: as many as the kernel thinks that the path carries
 */
export function relayArgv(seconds: number, address: string, port: number, segment?: number): string[] {
  return ['perl', '-e', RELAY, '--', String(Math.ceil(seconds)), address, String(port), String(segment ?? 0)];
}
