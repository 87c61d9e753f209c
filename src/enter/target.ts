import type { Container } from '../engine/container.ts';
import { runningPid } from '../engine/running.ts';
import { DbgError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { isDead, parseStartTime, parseStat } from '../proc/stat.ts';
import { parseStatus } from '../proc/status.ts';
import { shellQuote } from '../text.ts';
import { isInContainer } from './container-cgroup.ts';

/** A container with its process: what dbg enters. Only `enterable` makes one. */
export interface Target {
  readonly container: Container;
  readonly pid: number;
  /** of the process, in clock ticks since boot (field 22 of /proc/PID/stat): with the pid, a process' identity */
  readonly startTime: string;
}

/**
 * The container's process on this host, checked to be the container's: it is in a cgroup of its own (isInContainer). An engine on
 * another machine, or in another pid namespace, gives numbers that here belong to somebody else.
 */
export function enterable(host: Host, container: Container, now: number): Target {
  const pid = runningPid(container, now);
  // Read before the cgroup: a pid that is reused in between then has another start time than the one kept here.
  const startTime = parseStartTime(host.read(`/proc/${pid}/stat`));
  const cgroup = host.read(`/proc/${pid}/cgroup`);
  if (startTime === undefined || cgroup === undefined) {
    throw notHere(container, `this host has no process ${pid}`);
  }
  // Of a thread there is a folder in /proc too, which no list of it shows (proc(5), /proc/TID).
  const { threadGroup } = parseStatus(host.read(`/proc/${pid}/status`) ?? '');
  if (threadGroup > 0 && threadGroup !== pid) throw notHere(container, `that is a thread of ${threadGroup}`);
  if (!isInContainer(cgroup, container.id)) throw notHere(container, `process ${pid} of this host is another one's`);
  return { container, pid, startTime };
}

/**
 * Whether a target's process is there no more: a zombie is in none of its namespaces (proc(5),
 * state Z).
 */
export function hasEnded(host: Pick<Host, 'read'>, { pid, startTime }: Target): boolean {
  const stat = host.read(`/proc/${pid}/stat`);
  return parseStartTime(stat) !== startTime || isDead(parseStat(stat));
}

/** What to say of an entry under which the container went away. */
export const goneError = ({ container: { name } }: Target): DbgError =>
  new DbgError(`"${name}" ended or was restarted just now; nothing was run`, {
    next: [{ what: 'look', command: `docker ps -a --filter name=${shellQuote(name)}` }],
  });

/**
 * Tells, whenever it is asked, whether the process that a container has now is still there: for a time without an engine. undefined
 * where this host has no such process. One that has ended and that nobody has waited for is a zombie (proc(5), state Z).
 */
export function stillRuns(host: Pick<Host, 'read'>, { id, state }: Container): (() => boolean) | undefined {
  const stat = () => (state.pid > 0 ? host.read(`/proc/${state.pid}/stat`) : undefined);
  const startTime = parseStartTime(stat());
  if (startTime === undefined || !isInContainer(host.read(`/proc/${state.pid}/cgroup`) ?? '', id)) return undefined;
  return () => {
    const now = stat();
    return parseStartTime(now) === startTime && !isDead(parseStat(now));
  };
}

function notHere({ name, state }: Container, because: string): DbgError {
  return new DbgError(`the engine says that "${name}" is process ${state.pid}, but ${because}`, {
    next: [
      { what: "run dbg on the engine's own machine, in its pid namespace; the engine is", command: 'docker info' },
    ],
  });
}
