import { DbgError, type NextStep } from '../errors.ts';
import { duration, shellQuote } from '../text.ts';
import type { Container } from './container.ts';

/**
 * The PID of a container's first process, as the engine numbers it. A paused container has
 * such a process and can be entered. Throws a DbgError when there is none: it says when and how the
 * process ended, and what to do.
 */
export function runningPid(container: Container, now: number): number {
  const { status, pid } = container.state;
  // State.Pid is 0 between two runs. To enter "PID 0" would be to enter dbg's own namespaces.
  if ((status === 'running' || status === 'paused') && pid > 0) return pid;
  throw new DbgError(`container "${container.name}" ${explain(container, now)}`, { next: nextSteps(container) });
}

function explain({ state }: Container, now: number): string {
  const ended =
    state.finishedAt === undefined ? '' : `exited ${duration(now - state.finishedAt)} ago with ${exitText(state)}`;
  const failed = state.error ? `; the engine says: ${state.error}` : '';
  switch (state.status) {
    case 'created':
      return `is not running (it was never started${failed})`;
    case 'restarting':
      return `is restarting, and has no process just now (${ended || 'no run has ended yet'}${failed})`;
    case 'dead':
      return `is dead: the engine could not remove it entirely${failed}`;
    case 'removing':
      return 'is being removed';
    case 'exited':
      return `is not running (${ended || 'exited'}${failed})`;
    default:
      return `is not running (the engine calls it "${state.status}" and names no process${failed})`;
  }
}

function exitText({ exitCode, oomKilled }: Container['state']): string {
  if (oomKilled) return `code ${exitCode}, out of memory`;
  if (exitCode > 128 && exitCode <= 128 + 64) return `code ${exitCode}, ended by signal ${exitCode - 128}`;
  return `code ${exitCode}`;
}

function nextSteps({ name, state }: Container): NextStep[] {
  const quoted = shellQuote(name);
  const start = { what: 'start it', command: `docker start ${quoted}` };
  const logs = { what: 'what it last said', command: `docker logs --tail 50 ${quoted}` };
  switch (state.status) {
    case 'created':
      return [start];
    case 'restarting':
      return [logs];
    case 'dead':
    case 'removing':
      return [{ what: 'remove what is left', command: `docker rm -f ${quoted}` }];
    default:
      return [start, logs];
  }
}
