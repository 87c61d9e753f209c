import type { Host } from '../host/host.ts';
import { parseStat } from '../proc/pid/stat.ts';
import { parseStatus } from '../proc/pid/status.ts';
import { isInContainer } from './container-cgroup.ts';

type Reader = Pick<Host, 'read' | 'entries'>;

/**
 * This host's number of a container's first process, which the engine calls `pid`. The two numbers
 * differ where the engine is in a pid namespace of its own on this host, as Docker in Docker is.
 * Gives `pid` itself where no process is surely the one that the engine means.
 */
export function numberHere(host: Reader, { id, pid }: { readonly id: string; readonly pid: number }): number {
  if (isInContainer(host.read(`/proc/${pid}/cgroup`) ?? '', id)) return pid;
  const [found, other] = host
    .entries('/proc')
    .filter((name) => /^\d+$/.test(name) && isIn(host, name, id) && engineNumber(host, name, id) === pid);
  return found !== undefined && other === undefined ? Number(found) : pid;
}

const isIn = (host: Reader, pid: number | string, id: string) =>
  isInContainer(host.read(`/proc/${pid}/cgroup`) ?? '', id);

/**
 * The number by which the engine knows a process, if that is a container's first one. The parent of
 * such a process is the engine's own, outside the container: a shim of containerd's, or conmon. So
 * the engine's numbers are those of the parent's pid namespace. NSpid of /proc/PID/status has the
 * number of a process in each namespace, from this one inwards (proc(5)).
 */
function engineNumber(host: Reader, pid: string, id: string): number | undefined {
  const parent = parseStat(host.read(`/proc/${pid}/stat`))?.parent ?? 0;
  if (parent === 0 || isIn(host, parent, id)) return undefined;
  const depth = parseStatus(host.read(`/proc/${parent}/status`) ?? '').pids.length - 1;
  // At depth 0 the engine would number as this host does.
  return depth < 1 ? undefined : parseStatus(host.read(`/proc/${pid}/status`) ?? '').pids[depth];
}
