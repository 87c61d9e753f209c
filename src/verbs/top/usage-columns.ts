import { binarySize, decimalSize } from '../../sizes.ts';
import type { ContainerUsage } from '../../process/usage/container-usage.ts';
import { age } from './short-text.ts';

/** A column of figures: of containers, or of the processes of one. */
export interface UsageColumn<Row> {
  /** what a person types to sort by it */
  readonly name: string;
  readonly header: string;
  /** the least width, so that the table does not move with each figure */
  readonly width: number;
  /** a name or a command, which comes from outside: it is escaped, and cut where it is too long */
  readonly isText?: boolean;
  /** empty for what is not known */
  text(row: Row, now: number): string;
  /** by which rows are sorted; undefined values come last */
  value(row: Row): number | string | undefined;
  /** whether a limit is near, or something was lost or killed */
  isAlarming?(row: Row): boolean;
}

/** From this share of a limit on, the limit is near. */
const HIGH = 0.9;
/** In percent of the time or of the periods: how much waiting is to be looked at. */
const MUCH_WAITING = 20;

export const isNear = (used: number | undefined, limit: number | null | undefined) =>
  used !== undefined && typeof limit === 'number' && limit > 0 && used >= HIGH * limit;
export const percent = (value: number | undefined) => (value === undefined ? '' : `${value.toFixed(1)}%`);
export const binary = (value: number | undefined) => (value === undefined ? '' : binarySize(value));
export const perSecond = (value: number | undefined) => (value === undefined ? '' : decimalSize(Math.round(value)));
export const count = (value: number | undefined) => (value === undefined ? '' : String(Math.round(value)));

type Column = UsageColumn<ContainerUsage>;

/** All columns of containers, in the order in which they are shown. */
export const CONTAINER_COLUMNS: readonly Column[] = [
  {
    name: 'name',
    header: 'CONTAINER',
    width: 12,
    isText: true,
    text: ({ name, state }) => (state === 'running' ? name : `${name} (${state})`),
    value: ({ name }) => name,
  },
  {
    name: 'cpu',
    header: 'CPU',
    width: 6,
    text: ({ cpu }) => percent(cpu?.percent),
    value: ({ cpu }) => cpu?.percent,
    isAlarming: ({ cpu }) => isNear(cpu?.percent, cpu?.limitCpus ? cpu.limitCpus * 100 : undefined),
  },
  {
    name: 'throttled',
    header: 'THROTTLED',
    width: 9,
    text: ({ cpu }) => percent(cpu?.throttledPercent),
    value: ({ cpu }) => cpu?.throttledPercent,
    isAlarming: ({ cpu }) => (cpu?.throttledPercent ?? 0) >= MUCH_WAITING,
  },
  {
    name: 'memory',
    header: 'MEMORY',
    width: 9,
    text: ({ memory }) => binary(memory?.used),
    value: ({ memory }) => memory?.used,
  },
  {
    name: 'mem%',
    header: 'MEM%',
    width: 6,
    text: ({ memory }) => percent(memory && shareOf(memory.used, memory.most)),
    value: ({ memory }) => memory && shareOf(memory.used, memory.most),
    isAlarming: ({ memory }) => isNear(memory?.used, memory?.most),
  },
  {
    name: 'limit',
    header: 'LIMIT',
    width: 9,
    text: ({ memory }) => (memory?.limit === null ? 'none' : binary(memory?.limit)),
    value: ({ memory }) => memory?.limit ?? undefined,
  },
  {
    name: 'cache',
    header: 'CACHE',
    width: 9,
    text: ({ memory }) => binary(memory?.fileCache),
    value: ({ memory }) => memory?.fileCache,
  },
  {
    name: 'swap',
    header: 'SWAP',
    width: 9,
    text: ({ swap }) => binary(swap?.used),
    value: ({ swap }) => swap?.used,
    isAlarming: ({ swap }) => isNear(swap?.used, swap?.limit),
  },
  {
    name: 'oom',
    header: 'OOM',
    width: 3,
    text: ({ memory }) => count(memory?.oomKills),
    value: ({ memory }) => memory?.oomKills,
    isAlarming: ({ memory }) => (memory?.oomKills ?? 0) > 0,
  },
  {
    name: 'waits',
    header: 'WAITS',
    width: 6,
    text: (row) => percent(waiting(row)),
    value: (row) => waiting(row),
    isAlarming: (row) => (waiting(row) ?? 0) >= MUCH_WAITING,
  },
  {
    name: 'rx',
    header: 'RX/S',
    width: 7,
    text: ({ network }) => perSecond(network?.receivedPerSecond),
    value: ({ network }) => network?.receivedPerSecond,
  },
  {
    name: 'tx',
    header: 'TX/S',
    width: 7,
    text: ({ network }) => perSecond(network?.sentPerSecond),
    value: ({ network }) => network?.sentPerSecond,
  },
  {
    name: 'drops',
    header: 'DROPS',
    width: 5,
    text: ({ network }) => count(network && network.drops + network.errors),
    value: ({ network }) => network && network.drops + network.errors,
    isAlarming: ({ network }) => (network?.dropsPerSecond ?? 0) + (network?.errorsPerSecond ?? 0) > 0,
  },
  {
    name: 'read',
    header: 'READ/S',
    width: 7,
    text: ({ io }) => perSecond(io?.readPerSecond),
    value: ({ io }) => io?.readPerSecond,
  },
  {
    name: 'write',
    header: 'WRITE/S',
    width: 7,
    text: ({ io }) => perSecond(io?.writtenPerSecond),
    value: ({ io }) => io?.writtenPerSecond,
  },
  {
    name: 'pids',
    header: 'PIDS',
    width: 4,
    text: ({ pids }) => count(pids?.used),
    value: ({ pids }) => pids?.used,
    isAlarming: ({ pids }) => isNear(pids?.used, pids?.limit),
  },
  {
    name: 'files',
    header: 'FILES',
    width: 5,
    text: ({ openFiles }) => count(openFiles?.used),
    value: ({ openFiles }) => openFiles?.used,
    isAlarming: ({ openFiles }) => isNear(openFiles?.used, openFiles?.limit),
  },
  {
    name: 'up',
    header: 'UP',
    width: 4,
    text: ({ startedAt }, now) => (startedAt === undefined ? '' : age(now - startedAt)),
    value: ({ startedAt }) => (startedAt === undefined ? undefined : -startedAt),
  },
  {
    name: 'restarts',
    header: 'RESTARTS',
    width: 8,
    text: ({ restarts }) => count(restarts),
    value: ({ restarts }) => restarts,
  },
];

/**
 * The same columns, the most important first: where there is little room, the last ones are left
 * out. "history" is the picture of the last minute.
 */
export const CONTAINER_IMPORTANCE: readonly string[] =
  'name cpu history memory mem% rx tx pids throttled read write waits oom files up cache drops swap restarts limit'.split(
    ' ',
  );

/** The most of the three resources that it waited for. */
function waiting({ pressure }: ContainerUsage): number | undefined {
  const known = [pressure?.cpu, pressure?.memory, pressure?.io].filter((each) => each !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

const shareOf = (used: number, most: number) => (100 * used) / most;
