import { closeSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { pathInside } from './read-inside.ts';

/**
 * Connects to a unix socket for a process whose root is `root`: see Host.connectInside. The socket
 * is named by a descriptor (O_PATH) of what the path was found to lead to, so nobody can exchange
 * it before connect(2), and a long path fits into the 108 bytes of an address (unix(7)).
 */
export function connectInside(root: string, path: string): Socket {
  const at = pathInside(root, path);
  try {
    // connect(2) of a unix socket is done, or has failed, when Node's connect returns.
    // Paused: what the other end sends first is for whoever gets the socket, maybe another process.
    return connect({ path: `/proc/self/fd/${at}`, allowHalfOpen: true }).pause();
  } finally {
    closeSync(at);
  }
}
