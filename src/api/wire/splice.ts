import type { Duplex } from 'node:stream';
import type { Side } from '../http/exchange.ts';

/** Hears what crosses a splice, after it was sent on; nothing that it does reaches the traffic. */
export interface Tap {
  client(piece: Buffer): void;
  engine(piece: Buffer): void;
  /** that end has finished sending; the other way goes on */
  clientEnd(): void;
  engineEnd(): void;
  /** both ways are over; `first` is the end that finished first; the error says why, where they did not end by themselves */
  closed(error: Error | undefined, first: Side): void;
}

/** How often a client that has finished sending is looked at: is it still there to read? */
const LOOK_MS = 500;
/** What was read from one that is gone is given to the other so long. */
const LAST_BYTES_MS = 5000;

/**
 * Joins two sockets that were made with `allowHalfOpen`: each piece that one sends goes to the other as it is, and no faster than that
 * one takes it. The end of one way is the end of that way alone: `docker exec` without stdin half-closes first, then waits for the
 * output. When one is gone, as a client that was killed, the other is closed as well, behind the last bytes that are for it.
 */
export function splice(client: Duplex, engine: Duplex, tap: Tap): void {
  let open = 2;
  let failure: Error | undefined;
  let first: Side | undefined;
  const closed = (side: Side, other: Duplex) => {
    first ??= side;
    if (--open > 0) finish(other);
    else tap.closed(failure, first);
  };
  for (const socket of [client, engine]) socket.on('error', (error: Error) => (failure ??= error));
  client.on('close', () => closed('client', engine));
  engine.on('close', () => closed('engine', client));
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

function oneWay(from: Duplex, to: Duplex, hear: (piece: Buffer) => void, hearEnd: () => void): void {
  from.on('data', (piece: Buffer) => {
    if (!to.write(piece)) from.pause();
    hear(piece);
  });
  to.on('drain', () => from.resume());
  from.on('end', () => {
    to.end();
    hearEnd();
  });
}

function finish(socket: Duplex): void {
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), LAST_BYTES_MS);
  socket.on('close', () => clearTimeout(timer)).resume();
  socket.end(() => socket.destroy());
}

/**
 * The end of what a client sends may be its death. Both look alike to read(2); a write(2) of no bytes to a unix socket tells them
 * apart: it fails with EPIPE when the other end is closed, and does nothing when that was shut down for sending alone
 * (net/unix/af_unix.c, unix_stream_sendmsg).
 */
function watchForReader(client: Duplex): void {
  const look = () => {
    if (client.writableLength === 0 && client.writable) client.write(NOTHING);
  };
  const timer = setInterval(look, LOOK_MS);
  client.on('close', () => clearInterval(timer)).on('finish', () => clearInterval(timer));
}

const NOTHING = Buffer.alloc(0);
