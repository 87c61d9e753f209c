import type { Duplex } from 'node:stream';

/** Hears what crosses a splice, after it was sent on; nothing that it does reaches the traffic. */
export interface Tap {
  client(piece: Buffer): void;
  engine(piece: Buffer): void;
  /** that end has finished sending; the other way goes on */
  clientEnd(): void;
  engineEnd(): void;
  /** both ways are over; the error says why, where they did not end by themselves */
  closed(error: Error | undefined): void;
}

/** How often a client that has finished sending is looked at: is it still there to read? */
const LOOK_MS = 500;
/** An engine that takes nothing of what a client that is gone had sent is not waited for any longer. */
const LAST_BYTES_MS = 5000;

/**
 * Joins two sockets that were made with `allowHalfOpen`: each piece that one sends goes to the other as it is, and no faster than that
 * one takes it. The end of one way is the end of that way alone: `docker exec` without stdin half-closes first, then waits for the
 * output. When one is gone, as a client that was killed, the other is closed as well, behind the last bytes that are for it.
 */
export function splice(client: Duplex, engine: Duplex, tap: Tap): void {
  let open = 2;
  let failure: Error | undefined;
  const closed = (finishOther: () => void) => {
    if (--open > 0) finishOther();
    else tap.closed(failure);
  };
  for (const socket of [client, engine]) socket.on('error', (error: Error) => (failure ??= error));
  client.on('close', () => closed(() => finish(engine, LAST_BYTES_MS)));
  // A client may be slow (a pager, a pipe that is held up): the kernel would keep its last bytes for it as long as it is there.
  engine.on('close', () => closed(() => finish(client)));
  oneWay(client, engine, tap.client, () => {
    tap.clientEnd();
    watchForReader(client);
  });
  oneWay(engine, client, tap.engine, tap.engineEnd);
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

/** Closes a socket behind the last bytes that are for it; with `patience`, when it took none of them for so many milliseconds. */
function finish(socket: Duplex, patience?: number): void {
  if (socket.destroyed) return;
  let left = socket.writableLength;
  const look = () => {
    if (socket.writableLength >= left) socket.destroy();
    left = socket.writableLength;
  };
  const timer = patience === undefined ? undefined : setInterval(look, patience);
  socket.on('close', () => clearInterval(timer)).resume();
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
