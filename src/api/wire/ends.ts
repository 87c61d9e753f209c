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
