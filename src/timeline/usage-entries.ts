import type { TimelineEntry } from './timeline-entry.ts';

/** What a timeline needs to know of a container's use, as it was sampled. */
export interface SampledUse {
  readonly id: string;
  readonly name: string;
  /**
   * how many processes the kernel has killed in this run for want of memory, and since the last
   * sample
   */
  readonly memory: { readonly oomKills: number | undefined; readonly newOomKills: number } | undefined;
  readonly cpu:
    { readonly throttledPercent: number | undefined; readonly limitCpus: number | null | undefined } | undefined;
}

/** Finds in sample after sample what belongs into a timeline. `at`: ms since the epoch. */
export type UsageWatcher = (rows: readonly SampledUse[], at: number) => TimelineEntry[];

/**
 * A container counts as throttled from the sample on in which it had to wait in MUCH percent of its
 * periods, until it had to in less than LITTLE percent for CALM samples: not each sample is news.
 */
const [MUCH, LITTLE, CALM] = [10, 2, 3];

interface Throttled {
  readonly since: number;
  readonly calm: number;
}

export function usageWatcher(): UsageWatcher {
  let throttled = new Map<string, Throttled>();
  return (rows, at) => {
    const entries: TimelineEntry[] = [];
    const next = new Map<string, Throttled>();
    for (const row of rows) {
      const container = { id: row.id, name: row.name };
      const kills = row.memory?.newOomKills ?? 0;
      if (kills > 0) entries.push({ at, container, ...oomKill(kills, row.memory?.oomKills) });
      const percent = row.cpu?.throttledPercent ?? 0;
      const before = throttled.get(row.id);
      if (before === undefined) {
        if (percent < MUCH) continue;
        entries.push({ at, container, ...throttling(percent, row.cpu?.limitCpus) });
        next.set(row.id, { since: at, calm: 0 });
        continue;
      }
      const calm = percent < LITTLE ? before.calm + 1 : 0;
      if (calm < CALM) next.set(row.id, { ...before, calm });
      else entries.push({ at, container, ...noThrottling(at - before.since) });
    }
    throttled = next;
    return entries;
  };
}

const oomKill = (kills: number, all: number | undefined) => ({
  kind: 'oom' as const,
  text: `out of memory: the kernel killed ${kills === 1 ? 'a process' : `${kills} processes`} (${all ?? kills} in this run)`,
  details: { source: 'kernel', kills, killsInThisRun: all ?? kills },
});

const throttling = (percent: number, limit: number | null | undefined) => ({
  kind: 'throttle' as const,
  text: `throttled: it waits for its CPU quota in ${Math.round(percent)} % of the periods${limit ? `, its limit is ${limit} CPU${limit === 1 ? '' : 's'}` : ''}`,
  details: { source: 'kernel', isThrottled: true, percent: Math.round(percent), limitCpus: limit ?? null },
});

const noThrottling = (lastedMs: number) => ({
  kind: 'throttle' as const,
  text: `throttled no more, after ${Math.round(lastedMs / 1000)} s`,
  details: { source: 'kernel', isThrottled: false, lastedMs: Math.round(lastedMs) },
});
