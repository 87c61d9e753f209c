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
/** What was read from a client that is gone is given to its engine so long. */
const LAST_BYTES_MS = 5000;

/**
 * Joins two sockets that were made with `allowHalfOpen`: each piece that one sends goes to the other as it is, and no faster than that
 * one takes it. The end of one way is the end of that way alone: `docker exec` without stdin half-closes first, then waits for the
 * output. When one is gone, as a client that was killed, the other is closed as well, behind the last bytes that are for it: a client,
 * perhaps a pager, may take its time for these; an engine has 5 s.
 */
export function splice(client: Duplex, engine: Duplex, tap: Tap): void {
  let open = 2;
  let failure: Error | undefined;
  let first: Side | undefined;
  const closed = (side: Side, other: Duplex) => {
    first ??= side;
    if (--open > 0) finish(other, other === engine ? LAST_BYTES_MS : undefined);
    else tap.closed(failure, first);
  };
  for (const socket of [client, engine]) socket.on('error', (error: Error) => (failure ??= error));
  readBeforeFailure(client, LAST_BYTES_MS);
  readBeforeFailure(engine, undefined);
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

/** Ends one whose other is gone, behind what it is still to be given; at the latest after so many ms. */
function finish(socket: Duplex, patience: number | undefined): void {
  if (socket.destroyed) return;
  if (patience !== undefined) {
    const timer = setTimeout(() => socket.destroy(), patience);
    socket.on('close', () => clearTimeout(timer));
  }
  socket.resume();
  socket.end(() => socket.destroy());
}

type Done = (error?: Error | null) => void;

/**
 * Node destroys a socket when a write to it fails, as it does when the other end is gone (EPIPE); what that end had said before is still
 * in the kernel, and would be lost. So the failure waits until that is read; at most so many ms.
 */
function readBeforeFailure(socket: Duplex, patience: number | undefined): void {
  const held = (done: Done): Done => {
    return (error) => {
      if (!error || socket.readableEnded || socket.destroyed) return done(error);
      const timer = patience === undefined ? undefined : setTimeout(fail, patience);
      socket.once('end', fail).once('close', fail);
      function fail(): void {
        clearTimeout(timer);
        socket.off('end', fail).off('close', fail);
        done(error);
      }
    };
  };
  // The two of its methods through which a stream writes (stream, "Implementing a writable stream").
  const { _write: write, _writev: writev } = socket;
  Object.assign(socket, {
    _write: (...[chunk, encoding, done]: Parameters<Duplex['_write']>) =>
      write.call(socket, chunk, encoding, held(done)),
    _writev: writev && ((...[chunks, done]: Parameters<typeof writev>) => writev.call(socket, chunks, held(done))),
  });
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
