import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { errorCode, errorMessage } from '../../errors.ts';
import { addressesHere } from './connect-to.ts';
import type { EndedConnection } from './forward-messages.ts';

/**
 * A client that has neither sent nor got anything for so long is forgotten. So long an answer of
 * UDP is waited for nowhere (conntrack: nf_conntrack_udp_timeout, 30 s).
 */
const SILENT_MS = 60_000;
/** The most clients at a time: each has a socket. The one that came first makes room. */
const MOST_CLIENTS = 512;
/** How many datagrams of a client wait until its socket is connected. */
const MOST_WAITING = 64;

/** What is told of the clients of a UDP port. */
export interface DatagramListener {
  opened(id: number, from: string, to: string): void;
  ended(id: number, connection: Omit<EndedConnection, 'port'>): void;
  piece(id: number, from: 'client' | 'server', datagram: Buffer): void;
  /** which address the datagrams go to, where it is not 127.0.0.1 */
  by(address: string): void;
}

interface Client {
  send(datagram: Buffer): void;
  end(how: 'closed' | 'refused' | 'failed', why?: string): void;
}

/**
 * Sends the datagrams that a socket gets on to a port of this network namespace. Each client has a
 * connected socket of its own, by which the answers to it are told from others, and come back.
 * Gives the function that ends it.
 */
export function carryDatagrams(
  outside: Socket,
  port: number,
  nextId: () => number,
  listener: DatagramListener,
): () => void {
  const clients = new Map<string, Client>();
  let told = '127.0.0.1';
  outside.on('error', () => undefined);
  outside.on('message', (datagram, from) => {
    const name = from.family === 'IPv6' ? `[${from.address}]:${from.port}` : `${from.address}:${from.port}`;
    let client = clients.get(name);
    if (client === undefined) {
      if (clients.size >= MOST_CLIENTS) clients.values().next().value?.end('closed');
      client = begin(name, from);
      clients.set(name, client);
    }
    client.send(datagram);
  });

  function begin(name: string, from: RemoteInfo): Client {
    const id = nextId();
    const began = performance.now();
    const host = addressesHere('udp', port)[0] ?? '127.0.0.1';
    if (host !== told) listener.by((told = host));
    const inside = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const to = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    const waiting: Buffer[] = [];
    let [sent, received, isConnected, isOver] = [0, 0, false, false];
    const end: Client['end'] = (how, why) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      clients.delete(name);
      inside.close();
      const milliseconds = performance.now() - began;
      const by = how === 'closed' ? undefined : 'server';
      listener.ended(id, { from: name, to, sent, received, milliseconds, how, by, why });
    };
    const timer = setTimeout(() => end('closed'), SILENT_MS);
    inside.on('error', (error) => end(errorCode(error) === 'ECONNREFUSED' ? 'refused' : 'failed', errorMessage(error)));
    inside.on('message', (datagram) => {
      timer.refresh();
      received += datagram.length;
      outside.send(datagram, from.port, from.address);
      listener.piece(id, 'server', datagram);
    });
    const pass = (datagram: Buffer) => {
      if (isOver) return;
      sent += datagram.length;
      // The error of a datagram that was refused comes by the socket (ICMP, udp(7)).
      inside.send(
        datagram,
        (error) => error && end(errorCode(error) === 'ECONNREFUSED' ? 'refused' : 'failed', errorMessage(error)),
      );
      listener.piece(id, 'client', datagram);
    };
    inside.connect(port, host, (error?: Error) => {
      if (error !== undefined && error !== null) return end('failed', errorMessage(error));
      isConnected = true;
      listener.opened(id, name, to);
      waiting.splice(0).forEach(pass);
    });
    return {
      end,
      send: (datagram) => {
        timer.refresh();
        if (isConnected) pass(datagram);
        else if (waiting.length < MOST_WAITING) waiting.push(datagram);
      },
    };
  }
  return () => [...clients.values()].forEach((client) => client.end('closed'));
}
