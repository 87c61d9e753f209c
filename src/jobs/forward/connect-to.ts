import { connect, type Socket } from 'node:net';
import { readBeginning } from '../../bounded-file.ts';
import { errorCode } from '../../errors.ts';
import { parseListeningSockets } from '../../proc/net.ts';
import { addressesFor } from './destinations.ts';
import type { Destination } from './forward-messages.ts';

/** In bytes: some 100,000 sockets. */
const LIMIT = 16 << 20;

/**
 * The addresses of this network namespace on which somebody waits, as `addressesFor` orders them.
 */
export function addressesHere(protocol: 'tcp' | 'udp', port: number): string[] {
  const sockets = [protocol, `${protocol}6`].flatMap((name) => {
    try {
      return parseListeningSockets(protocol, readBeginning(`/proc/self/net/${name}`, LIMIT).bytes.toString());
    } catch {
      return []; // a kernel without IPv6 has no tcp6
    }
  });
  return addressesFor(sockets, protocol, port);
}

/** A connection that was made, and what it leads to: an address, or the path of a socket. */
export interface Made {
  readonly socket: Socket;
  readonly to: string;
}

/** Makes the connections to one destination. */
export interface Connector {
  connect(): Promise<Made>;
}

/**
 * Gives what connects to a destination in this network namespace. 127.0.0.1 comes first, or the
 * address that answered last. Where it refuses, those follow on which somebody waits. `by` is
 * called when an address answers that is not 127.0.0.1, once for each. Rejects with the system's
 * error of the first address.
 */
export function connectorTo(to: Destination, by: (address: string) => void): Connector {
  if (to.kind === 'path') {
    const { path } = to;
    return { connect: async () => ({ socket: await connected(connect({ path, allowHalfOpen: true })), to: path }) };
  }
  const { port } = to;
  const told = new Set<string>();
  let best = '127.0.0.1';
  const tryAt = async (host: string): Promise<Made> => {
    const socket = await connected(connect({ host, port, allowHalfOpen: true, noDelay: true }));
    if (host !== '127.0.0.1' && !told.has(host)) by(host);
    told.add((best = host));
    return { socket, to: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}` };
  };
  return {
    connect: async () => {
      const first = best;
      try {
        return await tryAt(first);
      } catch (error) {
        if (!CAN_BE_ELSEWHERE.has(errorCode(error) ?? '')) throw error;
        for (const host of addressesHere('tcp', port).filter((each) => each !== first)) {
          try {
            return await tryAt(host);
          } catch {
            // Whoever waited there has gone in between: the next one.
          }
        }
        throw error;
      }
    },
  };
}

/** Nobody listens on that address; or the address has gone: the namespace has lost IPv6, say. */
const CAN_BE_ELSEWHERE = new Set(['ECONNREFUSED', 'EADDRNOTAVAIL', 'ENETUNREACH']);

function connected(socket: Socket): Promise<Socket> {
  return new Promise((done, fail) => {
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      done(socket);
    });
  });
}
