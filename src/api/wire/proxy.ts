import type { Server, Socket } from 'node:net';
import { errorCode } from '../../errors.ts';
import { CUT_OFF } from './calls/wire-events.ts';
import type { Side } from './http/exchange.ts';
import { busyPoll } from '../beside/busy-poll.ts';
import type { Closing, Crossing, CrossingListener } from './crossing.ts';
import { splice } from './splice.ts';

export interface ProxyOptions {
  /** makes a connection to the engine */
  readonly connect: () => Socket;
  /** called for each piece after it was sent on */
  readonly onEvent: CrossingListener;
  /** milliseconds since the epoch, with fractions */
  readonly clock: () => number;
  /** tells who the client is; undefined when that cannot be told */
  readonly peerOf: (client: Socket) => Promise<string | undefined>;
}

/**
 * Splices each connection of a server to one of its own to the engine, and tells what crosses it.
 * The server must be made with `allowHalfOpen`.
 */
export function proxy(server: Server, { connect, onEvent, clock, peerOf }: ProxyOptions): void {
  const moved = busyPoll(clock);
  let connections = 0;
  server.on('connection', (client: Socket) => {
    const connection = ++connections;
    let isOver = false;
    const say = (what: Crossing, bytes: Buffer = NOTHING) => onEvent(what, connection, clock(), bytes);
    const piece = (from: Side) => (bytes: Buffer) => {
      const now = clock();
      onEvent(from, connection, now, bytes);
      moved(connection, from, now);
    };
    say('open');
    void peerOf(client).then((peer = '') => !isOver && say('peer', Buffer.from(peer)));
    client.setNoDelay(true);
    splice(client, connect(), {
      client: piece('client'),
      engine: piece('engine'),
      clientEnd: () => say('clientEnd'),
      engineEnd: () => say('engineEnd'),
      closed: (error, first) => {
        isOver = true;
        const closing: Closing = { first, error: reasonOf(error) };
        say('close', Buffer.from(JSON.stringify(closing)));
      },
    });
  });
}

const NOTHING = Buffer.alloc(0);

function reasonOf(error: Error | undefined): string | undefined {
  if (error === undefined) return undefined;
  const code = errorCode(error);
  return code === 'EPIPE' || code === 'ECONNRESET' ? CUT_OFF : error.message;
}
