import type { UsageRow } from './host-picture.ts';

/**
 * What the sampler of `dbg top` gives for a container, live or from a recording (ContainerUsage).
 */
type SampledRow = Readonly<Record<string, unknown>> & { readonly id: string; readonly name: string };

/**
 * A row of the table. A recording may hold anything in the place of a number: then it is not known.
 * Pure.
 */
export function pageUsage(row: SampledRow): UsageRow {
  const number = (...path: readonly string[]) => numberIn(row, path);
  const waits = ['cpu', 'memory', 'io'].flatMap((kind) => number('pressure', kind) ?? []);
  return {
    key: row.id,
    name: row.name,
    state: typeof row['state'] === 'string' ? row['state'] : '',
    cpu: rounded(number('cpu', 'percent'), 1),
    throttled: rounded(number('cpu', 'throttledPercent'), 1),
    memory: number('memory', 'used'),
    memoryLimit: number('memory', 'limit'),
    cache: number('memory', 'fileCache'),
    swap: number('swap', 'used'),
    // The worst of the three says whether it waits for anything.
    pressure: waits.length > 0 ? rounded(Math.max(...waits), 1) : null,
    oomKills: number('memory', 'oomKills'),
    rx: rounded(number('network', 'receivedPerSecond')),
    tx: rounded(number('network', 'sentPerSecond')),
    drops: number('network', 'drops'),
    read: rounded(number('io', 'readPerSecond')),
    written: rounded(number('io', 'writtenPerSecond')),
    pids: number('pids', 'used'),
    pidsLimit: number('pids', 'limit'),
    files: number('openFiles', 'used'),
    filesLimit: number('openFiles', 'limit'),
    startedAt: number('startedAt'),
    restarts: number('restarts'),
  };
}

function numberIn(row: object, path: readonly string[]): number | null {
  let value: unknown = row;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return null;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** As exact as it is shown: what looks the same is not sent again. */
const rounded = (value: number | null, digits = 0) => (value === null ? null : Number(value.toFixed(digits)));
