import type { Server, Socket } from 'node:net';
import { errorCode, errorMessage } from '../../errors.ts';
import { completed, type ConnectionEvent, type HearWire } from '../events.ts';
import { readExchange, type Exchange } from '../http/exchange.ts';
import { aside } from './aside.ts';
import { splice } from './splice.ts';

export interface ProxyOptions {
  /** makes a connection to the engine */
  readonly connect: () => Socket;
  readonly hear: HearWire;
  /** milliseconds since the epoch, with fractions */
  readonly clock: () => number;
  /** who is at the other end of a client's connection, if that can be told */
  readonly peerOf?: (client: Socket) => Promise<string | undefined>;
}

/**
 * Splices each connection of a server, made with `allowHalfOpen`, to one of the engine's, and tells what crosses it. Gives what tells at
 * once all that has crossed.
 */
export function proxy(server: Server, { connect, hear, clock, peerOf }: ProxyOptions): () => void {
  const { add, flush, time } = aside(clock);
  let connections = 0;
  let calls = 0;
  server.on('connection', (client: Socket) => {
    const connection = ++connections;
    let isOver = false;
    const tell = (event: ConnectionEvent) => hear(completed(event, connection, time()));
    const say = (event: ConnectionEvent) => add(() => tell(event), NOTHING);
    say({ type: 'open' });
    void peerOf?.(client).then((peer) => peer !== undefined && !isOver && say({ type: 'peer', peer }));
    client.setNoDelay(true);
    const exchange = safe(
      readExchange(() => ++calls, tell),
      (reason) => tell({ type: 'unread', call: ++calls, from: 'client', reason }),
    );
    splice(client, connect(), {
      client: (piece) => add(exchange.client, piece),
      engine: (piece) => add(exchange.engine, piece),
      clientEnd: () => add(exchange.clientEnd, NOTHING),
      engineEnd: () => add(exchange.engineEnd, NOTHING),
      closed: (error, first) => {
        isOver = true;
        say({ type: 'close', first, error: reasonOf(error) });
      },
    });
  });
  return flush;
}

const NOTHING = Buffer.alloc(0);

/** A reader that fails is no reason for the traffic to do so: it reads no more of that connection. */
function safe(exchange: Exchange, failed: (reason: string) => void): Record<keyof Exchange, (piece: Buffer) => void> {
  let reads = true;
  const attempt = (read: (piece: Buffer) => void) => (piece: Buffer) => {
    if (!reads) return;
    try {
      read(piece);
    } catch (error) {
      reads = false;
      failed(`dbg cannot read it: ${errorMessage(error)}`);
    }
  };
  return {
    client: attempt(exchange.client),
    engine: attempt(exchange.engine),
    clientEnd: attempt(exchange.clientEnd),
    engineEnd: attempt(exchange.engineEnd),
  };
}

function reasonOf(error: Error | undefined): string | undefined {
  if (error === undefined) return undefined;
  const code = errorCode(error);
  return code === 'EPIPE' || code === 'ECONNRESET' ? 'one end was closed before the other had said all' : error.message;
}
