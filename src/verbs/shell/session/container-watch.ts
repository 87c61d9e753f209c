import type { Container } from '../../../engine/container.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { ContainerEvent } from '../../../engine/engine-events.ts';
import { escapeControls, shellQuote } from '../../../text.ts';

/**
 * How long dbg waits after an end before it tells of it, in ms. A restart begins within this time,
 * and is told in one line instead.
 */
const RESTART_MS = 2_000;

/**
 * Tells the person at a shell when the container stops, restarts, is paused or goes on, each in one
 * line with a command to type. Gives the function that ends the watch.
 */
export function watchSession(
  engine: Engine,
  container: Container,
  tell: (line: string) => void,
  isAlive?: () => boolean,
): () => void {
  const name = escapeControls(container.name);
  const again = `dbg shell ${shellQuote(container.name)}`;
  const say = (what: string, command: string) => tell(`\r\ndbg: ${name} ${what}:  ${escapeControls(command)}\r\n`);
  let stopped: NodeJS.Timeout | undefined;

  const onEvent = ({ action, exitCode }: ContainerEvent) => {
    if (action === 'die') {
      const line = `has stopped (exit code ${exitCode ?? 'unknown'}); this shell is still in its old namespaces; once it runs again`;
      stopped = setTimeout(() => say(line, `exit, then ${again}`), RESTART_MS);
    } else if (action === 'start') {
      clearTimeout(stopped);
      say('was restarted; this shell is still in its old namespaces. Into the new ones', `exit, then ${again}`);
    } else if (action === 'pause')
      say('is paused: its processes stand still, this shell does not', `docker unpause ${shellQuote(container.name)}`);
    else if (action === 'unpause') tell(`\r\ndbg: ${name} goes on\r\n`);
  };
  const end = engine.watch(container, onEvent, { isAlive, lost: (why) => tell(`\r\ndbg: ${why}\r\n`) });
  return () => {
    clearTimeout(stopped);
    end();
  };
}
