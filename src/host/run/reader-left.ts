import POLL from './reader-left.pl';
import { startBeside } from './start-program.ts';

/**
 * Calls back when nobody reads any more what is written to a pipe or a socket, until the function
 * it gives back is called. A writer learns that only by its next write (EPIPE). poll(2) tells it at
 * once, by POLLERR and POLLHUP, but Node does not pass these on. A socket whose other end has only
 * stopped sending, as sshd's without an input, still has its reader.
 */
export function whenReaderLeaves(descriptor: number, onEvent: () => void): () => void {
  // In a session of its own, because Ctrl-C is for dbg. The end of its stdin, which comes with
  // dbg's end however dbg dies, ends it.
  const child = startBeside('perl', ['-e', POLL], { detached: true, stdio: ['pipe', descriptor, 'ignore'] });
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  child.on('exit', (code) => code === LEFT && onEvent());
  child.unref();
  return () => void child.kill('SIGKILL');
}

/** The exit code of reader-left.pl when the reader has left. */
const LEFT = 9;
