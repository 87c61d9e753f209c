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
  /** gives the judge of a connection's requests */
  readonly judgeOf: (client: Socket) => Judge;
  /** names the process or the address at the client's end; undefined: it cannot be told */
  readonly peerOf?: (client: Socket) => Promise<string | undefined>;
}

/**
 * Stands between the clients of a server and the engine. The server is made with `allowHalfOpen`.
 * - Each request is judged by its head before a byte of it goes on.
 * - A request that is let through goes on unchanged, at the engine's pace. So does its answer.
 * - An unclear request could mean one thing to the judge and another to the engine. It is answered
 *   with 400, and its connection is closed.
 * - `onEvent` hears what the client sent, and what was sent to the client.
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

/** A new client's event. With TLS, it comes after the handshake that shows who the client is. */
const serverEvent = (server: Server) => ('setSecureContext' in server ? 'secureConnection' : 'connection');
