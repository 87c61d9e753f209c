import type { Container } from '../engine/container.ts';
import { runningPid } from '../engine/running.ts';
import { DbgError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { isDead, parseStartTime, parseStat } from '../proc/pid/stat.ts';
import { parseStatus } from '../proc/pid/status.ts';
import { shellQuote } from '../text.ts';
import { isInContainer } from './container-cgroup.ts';
import { numberHere } from './number-here.ts';

/** A container with its process, ready to be entered. Only `enterable` makes one. */
export interface Target {
  readonly container: Container;
  /** this host's number, which may differ from the engine's (numberHere) */
  readonly pid: number;
  /**
   * When the process started, in clock ticks since boot (field 22 of /proc/PID/stat). With the pid
   * this is the identity of a process.
   */
  readonly startTime: string;
}

/**
 * The container with its process on this host. The process is checked to be the container's: it is
 * in the container's cgroup (isInContainer). An engine on another machine gives numbers that belong
 * to other processes here. Throws a DbgError then, and when the container is not running.
 */
export function enterable(host: Host, container: Container, now: number): Target {
  const pid = numberHere(host, { id: container.id, pid: runningPid(container, now) });
  // The start time is read before the cgroup. When another process gets the pid in between, its
  // start time differs from the one that is kept here.
  const startTime = parseStartTime(host.read(`/proc/${pid}/stat`));
  const cgroup = host.read(`/proc/${pid}/cgroup`);
  if (startTime === undefined || cgroup === undefined) {
    throw notHere(container, `this host has no process ${pid}`);
  }
  // A thread has a folder in /proc too, which a listing of /proc does not show (proc(5),
  // /proc/TID).
  const { threadGroup } = parseStatus(host.read(`/proc/${pid}/status`) ?? '');
  if (threadGroup > 0 && threadGroup !== pid) throw notHere(container, `${pid} is a thread of process ${threadGroup}`);
  if (!isInContainer(cgroup, container.id))
    throw notHere(container, `process ${pid} of this host is not in that container`);
  return { container, pid, startTime };
}

/**
 * Whether a target's process is gone. A zombie counts as gone: it is in none of its namespaces any
 * more (proc(5), state Z).
 */
export function hasEnded(host: Pick<Host, 'read'>, { pid, startTime }: Target): boolean {
  const stat = host.read(`/proc/${pid}/stat`);
  return parseStartTime(stat) !== startTime || isDead(parseStat(stat));
}

/** The error for an entry during which the container went away. */
export const goneError = ({ container: { name } }: Target): DbgError =>
  new DbgError(`"${name}" ended or was restarted just now; nothing was run`, {
    next: [{ what: 'look', command: `docker ps -a --filter name=${shellQuote(name)}` }],
  });

/**
 * Gives a function that tells whether the container's present process still runs, for a time
 * without an engine. A zombie, which has ended and was not waited for, does not run (proc(5), state
 * Z). undefined when this host has no such process.
 */
export function stillRuns(host: Pick<Host, 'read' | 'entries'>, { id, state }: Container): (() => boolean) | undefined {
  const pid = state.pid > 0 ? numberHere(host, { id, pid: state.pid }) : 0;
  const stat = () => (pid > 0 ? host.read(`/proc/${pid}/stat`) : undefined);
  const startTime = parseStartTime(stat());
  if (startTime === undefined || !isInContainer(host.read(`/proc/${pid}/cgroup`) ?? '', id)) return undefined;
  return () => {
    const now = stat();
    return parseStartTime(now) === startTime && !isDead(parseStat(now));
  };
}

function notHere({ name, state }: Container, because: string): DbgError {
  return new DbgError(`the engine says that "${name}" is process ${state.pid}, but ${because}`, {
    next: [
      { what: "run dbg on the engine's machine, in its pid namespace; which engine it is", command: 'docker info' },
    ],
  });
}
