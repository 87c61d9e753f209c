import type { Duplex } from 'node:stream';

/** How often a client that has finished sending is looked at: is it still there to read? */
const LOOK_MS = 500;
/** What was read from one that is gone is given to the other so long. */
const LAST_BYTES_MS = 5000;

/** Closes a socket whose other side is gone, behind the last bytes that are for it. */
export function finish(socket: Duplex): void {
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
export function watchForReader(client: Duplex): void {
  if ('encrypted' in client) return; // TLS has records, and none is empty
  const look = () => {
    if (client.writableLength === 0 && client.writable) client.write(NOTHING);
  };
  const timer = setInterval(look, LOOK_MS);
  client.on('close', () => clearInterval(timer)).on('finish', () => clearInterval(timer));
}

const NOTHING = Buffer.alloc(0);
