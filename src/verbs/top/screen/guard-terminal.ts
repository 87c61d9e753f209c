import type { Host } from '../../../host/host.ts';
import RESTORE from './restore-terminal.sh';

/**
 * Starts what gives the terminal back when dbg is killed by a signal that it cannot handle
 * (SIGKILL). Without it, the person's shell would be left on the other screen and without an echo.
 */
export function guardTerminal(host: Pick<Host, 'link' | 'hold'>): { leave(): void } {
  const terminal = host.link('/proc/self/fd/0');
  if (terminal === undefined || !terminal.startsWith('/dev/')) return { leave: () => undefined };
  const held = host.hold(['sh', '-c', RESTORE, 'dbg-terminal', terminal]);
  return { leave: () => held.release('done') };
}
