import { spawn } from 'node:child_process';
import POLL from './reader-left.pl';

/**
 * Calls back when nobody reads any more what is written to a pipe or a socket, until the function
 * it gives back is called. A writer learns it by its next write alone (EPIPE); poll(2) tells it at
 * once, by POLLERR and POLLHUP, which Node does not hand on. A socket whose other end has only
 * ended its own sending, as sshd's without an input, still has its reader.
 */
export function whenReaderLeaves(descriptor: number, onEvent: () => void): () => void {
  // In a session of its own: Ctrl-C is for dbg. It ends when dbg does, by whatever death: that is
  // the end of its stdin.
  const child = spawn('perl', ['-e', POLL], { detached: true, stdio: ['pipe', descriptor, 'ignore'] });
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  child.on('exit', (code) => code === LEFT && onEvent());
  child.unref();
  return () => void child.kill('SIGKILL');
}

/** What reader-left.pl ends with. */
const LEFT = 9;
