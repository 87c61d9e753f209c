import type { Duplex } from 'node:stream';

/** How often dbg checks whether a client that has finished sending is still there to read. */
const LOOK_MS = 500;
/**
 * After this time, dbg waits no longer for an engine that takes none of the last bytes of a client
 * that is gone.
 */
export const LAST_BYTES_MS = 5000;

/**
 * Closes a socket after the last bytes that were written to it are sent. With `patience`: closes it
 * too when it has taken none of these bytes for so many ms.
 */
export function finish(socket: Duplex, patience?: number): void {
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
 * Ends a socket whose other end may still be sending. What still comes is read and thrown away, for
 * at most `patience` ms.
 * A socket that is closed at once would answer these bytes with a reset by the kernel. The reset
 * takes away what the other end has not read yet (RFC 9112, 9.6).
 */
export function linger(socket: Duplex, patience: number): void {
  if (socket.readableEnded) return finish(socket);
  const timer = setTimeout(() => socket.destroy(), patience);
  socket.on('close', () => clearTimeout(timer)).on('end', () => socket.destroy());
  socket.resume().end();
}

/**
 * Writes to a socket. All that is written to it within one turn of the event loop goes out in one
 * write(2), as it came in one read(2).
 * The engine needs that: when it hijacks a connection, it reads the request and throws away what
 * came together with it. In a write of its own, that rest would reach the container.
 */
export function writeTogether(socket: Duplex, bytes: Buffer): boolean {
  if (socket.writableCorked === 0) {
    socket.cork();
    queueMicrotask(() => socket.uncork());
  }
  return socket.write(bytes);
}

type Done = (error?: Error | null) => void;

/**
 * Holds back the failure of a write to a socket until all that the other end has sent is read, but
 * at most `patience` ms.
 * Node destroys a socket when a write to it fails because the other end is gone (EPIPE). What that
 * end has sent before is still in the kernel, and would be lost. An example is the engine's answer
 * to a client that was still sending.
 */
export function readBeforeFailure(socket: Duplex, patience?: number): void {
  const hold = (done: Done): Done => {
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
  // Node hands the same callback to each write to a stream: it is wrapped once.
  let last: { readonly done: Done; readonly held: Done } | undefined;
  const held = (done: Done) => {
    if (last?.done !== done) last = { done, held: hold(done) };
    return last.held;
  };
  const [write, writev] = [socket._write, socket._writev];
  socket._write = (chunk, encoding, done) => write.call(socket, chunk, encoding, held(done));
  if (writev) socket._writev = (chunks, done) => writev.call(socket, chunks, held(done));
}

/**
 * Finds out that a client which has finished sending is gone: then a write of no bytes fails.
 * read(2) tells the same of a client that has finished sending and of one that is gone. A write(2)
 * of no bytes to a unix socket tells them apart: it fails with EPIPE when the other end is closed,
 * and does nothing when the other end was only shut down for sending (net/unix/af_unix.c,
 * unix_stream_sendmsg).
 */
export function watchForReader(client: Duplex): void {
  if ('encrypted' in client) return; // TLS sends records, and none of them is empty
  const look = () => {
    if (client.writableLength === 0 && client.writable) client.write(NOTHING);
  };
  const timer = setInterval(look, LOOK_MS);
  client.on('close', () => clearInterval(timer)).on('finish', () => clearInterval(timer));
}

const NOTHING = Buffer.alloc(0);
