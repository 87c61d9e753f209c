import type { Duplex } from 'node:stream';

/** How often a client that has finished sending is looked at: is it still there to read? */
const LOOK_MS = 500;
/** An engine that takes nothing of what a client that is gone had sent is not waited for any longer. */
export const LAST_BYTES_MS = 5000;

/** Closes a socket behind the last bytes that are for it; with `patience`, when it took none of them for so many milliseconds. */
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
 * Ends a socket whose other end may still be sending: what comes is read, and thrown away, for so many milliseconds. Closed at once, the kernel
 * would answer it with a reset, which takes away what that end has not read yet (RFC 9112, 9.6).
 */
export function linger(socket: Duplex, patience: number): void {
  if (socket.readableEnded) return finish(socket);
  const timer = setTimeout(() => socket.destroy(), patience);
  socket.on('close', () => clearTimeout(timer)).on('end', () => socket.destroy());
  socket.resume().end();
}

/**
 * Writes so that all that is written to a socket within one turn of the event loop goes in one write(2), as it came in one read(2): who
 * reads the first part of it and throws away what else came with it, as the engine does when it hijacks a connection, finds that there.
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
 * Node destroys a socket when a write to it fails, as it does when the other end is gone (EPIPE); what that end had said before is still
 * in the kernel, and would be lost: an answer, to a client that was still sending. So the failure waits until that is read; at most so many ms.
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
  // It is the same for each write to a stream.
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
 * The end of what a client sends may be its death. Both look alike to read(2); a write(2) of no bytes to a unix socket tells them
 * apart: it fails with EPIPE when the other end is closed, and does nothing when that was shut down for sending alone
 * (net/unix/af_unix.c, unix_stream_sendmsg).
 */
export function watchForReader(client: Duplex): void {
  if ('encrypted' in client) return; // TLS has records, and none is empty
  const look = () => {
    if (client.writableLength === 0 && client.writable) client.write(NOTHING);
  };
  const timer = setInterval(look, LOOK_MS);
  client.on('close', () => clearInterval(timer)).on('finish', () => clearInterval(timer));
}

const NOTHING = Buffer.alloc(0);
