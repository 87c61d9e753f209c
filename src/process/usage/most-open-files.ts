import { containerIds } from '../../enter/container-cgroup.ts';
import type { Host } from '../../host/host.ts';
import { parseProcessLimits } from '../../proc/pid/process-limits.ts';
import { parseStat } from '../../proc/pid/stat.ts';
import type { OpenFiles } from '../limits/open-files.ts';
import { placesOf, processIds } from '../subject.ts';

/** At most so many processes are looked at, of all containers together. */
const MOST_PROCESSES = 20_000;

/**
 * The process with the most open files in each container, by the container's id. All processes of
 * this host are looked at, once for all containers. Empty where dbg is not root, who alone may
 * look.
 */
export function mostOpenFiles(host: Host): ReadonlyMap<string, OpenFiles> {
  const most = new Map<string, { readonly pid: number; readonly used: number }>();
  if (!host.isRoot) return new Map();
  for (const pid of processIds(host).slice(0, MOST_PROCESSES)) {
    const ids = containerIds(placesOf(host, pid));
    const used = ids.length === 0 ? undefined : host.countEntries(`/proc/${pid}/fd`);
    if (used === undefined) continue;
    // A container in a container counts for both, as its memory does.
    for (const id of ids) if ((most.get(id)?.used ?? -1) < used) most.set(id, { pid, used });
  }
  return new Map([...most].flatMap(([id, { pid, used }]) => withLimit(host, id, pid, used)));
}

function withLimit(host: Host, id: string, pid: number, used: number): [string, OpenFiles][] {
  const limits = parseProcessLimits(host.read(`/proc/${pid}/limits`));
  const command = parseStat(host.read(`/proc/${pid}/stat`))?.command;
  return limits === undefined || command === undefined ? [] : [[id, { pid, command, used, limit: limits.openFiles }]];
}
