import { DbgError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { type ListeningSocket, parseListeningSockets } from '../proc/net.ts';
import type { Subject } from './subject.ts';

/** In bytes: some 100,000 sockets. */
const LIMIT = 16 << 20;

/**
 * The sockets that wait in a container's network namespace. They are read through its process, so
 * nothing is run. Throws a DbgError where they may not be read.
 */
export function listenersOf(host: Host, { pid }: Subject): ListeningSocket[] {
  const files = (['tcp', 'udp'] as const).flatMap((protocol) =>
    [protocol, `${protocol}6`].map((name) => [protocol, host.read(`/proc/${pid}/net/${name}`, LIMIT)] as const),
  );
  if (files.every(([, text]) => text === undefined)) throw new DbgError('its sockets may not be read');
  return files.flatMap(([protocol, text = '']) => parseListeningSockets(protocol, text));
}
