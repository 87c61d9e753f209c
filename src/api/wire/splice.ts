import type { Duplex } from 'node:stream';
import type { Side } from './http/exchange.ts';
import { finish, LAST_BYTES_MS, readBeforeFailure, watchForReader } from './ends.ts';

/**
 * Hears what crosses a splice, after it was sent on. Nothing that the listener does reaches the
 * traffic.
 */
export interface SpliceListener {
  client(piece: Buffer): void;
  engine(piece: Buffer): void;
  /** the client has finished sending; the other direction goes on */
  clientEnd(): void;
  engineEnd(): void;
  /**
   * Both directions are over. `first`: the side that finished first. `error`: why, where the
   * connection did not end by itself.
   */
  closed(error: Error | undefined, first: Side): void;
}

/**
 * Joins two sockets that were made with `allowHalfOpen`.
 * - Each piece that one sends goes unchanged to the other, and no faster than the other takes it.
 * - The end of one direction ends that direction alone: `docker exec` without stdin half-closes
 *   first, then waits for the output.
 * - When one socket is gone, as that of a client that was killed, the other is closed too, after
 *   the last bytes that are for it.
 */
export function splice(client: Duplex, engine: Duplex, tap: SpliceListener): void {
  let open = 2;
  let failure: Error | undefined;
  let first: Side | undefined;
  const closed = (side: Side, finishOther: () => void) => {
    first ??= side;
    if (--open > 0) finishOther();
    else tap.closed(failure, first);
  };
  for (const socket of [client, engine]) socket.on('error', (error: Error) => (failure ??= error));
  readBeforeFailure(client, LAST_BYTES_MS);
  readBeforeFailure(engine);
  client.on('close', () => closed('client', () => finish(engine, LAST_BYTES_MS)));
  // No patience for the client: it may be slow (a pager, a pipe that is held up). Without dbg, the
  // kernel would keep the last bytes for it as long as it is there.
  engine.on('close', () => closed('engine', () => finish(client)));
  oneWay(client, engine, tap.client, () => {
    first ??= 'client';
    tap.clientEnd();
    watchForReader(client);
  });
  oneWay(engine, client, tap.engine, () => {
    first ??= 'engine';
    tap.engineEnd();
  });
}

function oneWay(from: Duplex, to: Duplex, onEvent: (piece: Buffer) => void, hearEnd: () => void): void {
  from.on('data', (piece: Buffer) => {
    if (!to.write(piece)) from.pause();
    onEvent(piece);
  });
  to.on('drain', () => from.resume());
  from.on('end', () => {
    to.end();
    hearEnd();
  });
}
