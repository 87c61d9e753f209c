import { spawn } from 'node:child_process';

/**
 * Calls back when nobody reads any more what is written to a pipe or a socket, until the function
 * it gives back is called. A writer learns it by its next write alone (EPIPE); poll(2) tells it at
 * once, by POLLERR and POLLHUP, which Node does not hand on. A socket whose other end has only
 * ended its own sending, as sshd's without an input, still has its reader.
 */
export function whenReaderLeaves(descriptor: number, hear: () => void): () => void {
  // In a session of its own: Ctrl-C is for dbg. It ends when dbg does, by whatever death: that is
  // the end of its stdin.
  const child = spawn('perl', ['-MIO::Handle', '-e', POLL], { detached: true, stdio: ['pipe', descriptor, 'ignore'] });
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  child.on('exit', (code) => code === LEFT && hear());
  child.unref();
  return () => void child.kill('SIGKILL');
}

const LEFT = 9;
/**
 * IO::Poll's own function, without the module, which perl-base lacks: descriptors and what is asked
 * of them, POLLERR and POLLHUP.
 */
const POLL = `my @p = (0, 24, 1, 24); IO::Poll::_poll(-1, @p); exit($p[3] & 24 ? ${LEFT} : 0)`;
