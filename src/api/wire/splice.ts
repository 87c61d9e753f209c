import type { Duplex } from 'node:stream';
import type { Side } from './http/exchange.ts';
import { finish, LAST_BYTES_MS, readBeforeFailure, watchForReader } from './ends.ts';

/** Hears what crosses a splice, after it was sent on; nothing that it does reaches the traffic. */
export interface SpliceListener {
  client(piece: Buffer): void;
  engine(piece: Buffer): void;
  /** that end has finished sending; the other way goes on */
  clientEnd(): void;
  engineEnd(): void;
  /** both ways are over; `first` is the end that finished first; the error says why, where they did not end by themselves */
  closed(error: Error | undefined, first: Side): void;
}

/**
 * Joins two sockets that were made with `allowHalfOpen`: each piece that one sends goes to the other as it is, and no faster than that
 * one takes it. The end of one way is the end of that way alone: `docker exec` without stdin half-closes first, then waits for the
 * output. When one is gone, as a client that was killed, the other is closed as well, behind the last bytes that are for it.
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
  // A client may be slow (a pager, a pipe that is held up): the kernel would keep its last bytes for it as long as it is there.
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
