import type { Server, Socket } from 'node:net';
import { errorMessage } from '../../errors.ts';
import { completed, type ConnectionEvent, type WireListener } from '../wire/calls/wire-events.ts';
import { readExchange } from '../wire/http/exchange.ts';
import { gatedConnection } from './gated-connection.ts';
import type { Judge } from './verdict.ts';

export interface GateOptions {
  /** makes a connection to the engine */
  readonly connect: () => Socket;
  readonly onEvent: WireListener;
  /** milliseconds since the epoch, with fractions */
  readonly clock: () => number;
  /** who judges the requests of a connection */
  readonly judgeOf: (client: Socket) => Judge;
  readonly peerOf?: (client: Socket) => Promise<string | undefined>;
}

/**
 * Stands between the clients of a server, made with `allowHalfOpen`, and the engine: each request is judged by its head before a byte of it goes on.
 * What is let through goes on as it came, at the engine's pace, and so does what comes back. What is not clear, and could mean something else
 * to the engine than to the judge, is answered with 400, and its connection closed. Tells what the client said, and what it was told.
 */
export function gate(server: Server, { connect, onEvent, clock, judgeOf, peerOf }: GateOptions): void {
  let connections = 0;
  let calls = 0;
  server.on(serverEvent(server), (client: Socket) => {
    const connection = ++connections;
    let isOver = false;
    let reason: string | undefined;
    let first: 'client' | 'engine' = 'client';
    const tell = (event: ConnectionEvent) => onEvent(completed(event, connection, clock()));
    tell({ type: 'open' });
    void peerOf?.(client).then((peer) => peer !== undefined && !isOver && tell({ type: 'peer', peer }));
    const exchange = readExchange(() => ++calls, tell);
    const through = gatedConnection({
      client,
      connect,
      judge: judgeOf(client),
      sent: (bytes) => exchange.engine(bytes),
      ended: (why) => {
        reason ??= why || undefined;
        if (!client.readableEnded) first = 'engine';
        exchange.engineEnd();
      },
    });
    client.on('data', (piece) => {
      if (through.isClosing()) return;
      exchange.client(piece);
      through.push(piece);
    });
    client.on('end', () => {
      exchange.clientEnd();
      through.end();
    });
    client.on('error', (error) => (reason ??= errorMessage(error)));
    client.on('close', () => {
      isOver = true;
      tell({ type: 'close', first, error: reason });
    });
  });
}

/** With TLS, a client is one when it has shown who it is. */
const serverEvent = (server: Server) => ('setSecureContext' in server ? 'secureConnection' : 'connection');
