import type { Context } from '../../context.ts';
import type { ContainerUsage } from '../../process/usage/container-usage.ts';
import { mostOpenFiles } from '../../process/usage/most-open-files.ts';
import { stoppedUsage, usageBetween } from '../../process/usage/usage-between.ts';
import type { UsageCounters } from '../../process/usage/usage-counters.ts';
import { parseMemoryTotal } from '../../proc/meminfo.ts';
import type { ContainerReader } from './container-reader.ts';
import { type Followed, followContainers } from './follow-containers.ts';
import { FIRST_MS, type UsageListener, type UsageWish } from './usage-wish.ts';

/** Between two looks at the open files: for these, every process of the host is looked at. */
const FILES_MS = 10_000;

/**
 * Samples containers until the function that it gives is called. It resolves once the engine has
 * listed them and their counters were read for the first time. Throws a DbgError when no engine
 * answers then, or when its processes are not on this host. From then on the engine is needed only
 * to learn of new containers: the figures come from cgroup files and /proc. No program is started.
 */
export async function followUsage(ctx: Context, wish: UsageWish, listener: UsageListener): Promise<() => void> {
  const { clock } = ctx;
  const containers = await followContainers(ctx, wish, (news) => listener.news?.(news));
  const rowOf = rowReader(ctx);
  const sample = () =>
    containers.all().flatMap((followed) => {
      const row = rowOf(followed);
      if (row === undefined) containers.ended(followed);
      return row ?? [];
    });
  sample();
  let due = clock() + (wish.firstMs ?? FIRST_MS);
  let timer: NodeJS.Timeout | undefined;
  const next = () => {
    timer = setTimeout(tick, Math.max(0, due - clock()));
  };
  const tick = () => {
    const rows = sample();
    // Samples that were missed, because the machine slept or was too busy, are not made up for.
    due = Math.max(due + wish.everyMs, clock() + wish.everyMs / 2);
    next();
    listener.rows(rows, ctx.now());
  };
  next();
  return () => {
    clearTimeout(timer);
    containers.stop();
  };
}

/**
 * Gives a function that reads a container and compares it with the reading before. It gives
 * undefined when the container's run has ended.
 */
function rowReader({ host, clock }: Pick<Context, 'host' | 'clock'>) {
  const machineMemory = parseMemoryTotal(host.read('/proc/meminfo') ?? '');
  const before = new WeakMap<ContainerReader, UsageCounters>();
  let files: ReturnType<typeof mostOpenFiles> = new Map();
  let filesAt = -Infinity;
  return ({ owner, reader }: Followed): ContainerUsage | undefined => {
    if (reader === undefined) return stoppedUsage(owner);
    if (clock() - filesAt >= FILES_MS) {
      filesAt = clock();
      files = mostOpenFiles(host);
    }
    const counters = reader.read();
    if (counters === undefined) return undefined;
    const around = { owner, pid: reader.target.pid, machineMemory, openFiles: files.get(owner.id) };
    const row = usageBetween(around, before.get(reader), counters);
    before.set(reader, counters);
    return row;
  };
}
