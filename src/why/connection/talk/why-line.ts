import { shellLine } from '../../../text.ts';
import { type ConnectionFacts, isThisHost } from '../connection-facts.ts';

/** A host and a port in one word. An IPv6 address stands in brackets. */
export const hostAndPort = (host: string, port: number | string): string =>
  `${/^[^[].*:/.test(host) ? `[${host}]` : host}:${port}`;

/**
 * The command that asks `dbg why` about another port of a host, or in another way.
 * @param container from whose network this host is asked about, when the question is asked by it
 */
export const whyLine = (
  { from }: Pick<ConnectionFacts, 'from'>,
  container: string,
  [host, port]: readonly [host: string, port: number | string],
  ...options: readonly string[]
): string => {
  const words = isThisHost(from) ? [container, hostAndPort('localhost', port)] : [from.name, hostAndPort(host, port)];
  return shellLine(['dbg', 'why', ...words, ...options]);
};
