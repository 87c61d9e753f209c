import type { ProcessUsage } from '../../../process/usage/process-usage.ts';
import { age } from '../short-text.ts';
import { binary, count, isNear, percent, perSecond, type UsageColumn } from '../usage-columns.ts';

/** The columns of the processes of a container, in the order in which they are shown. */
export const PROCESS_COLUMNS: readonly UsageColumn<ProcessUsage>[] = [
  { name: 'pid', header: 'PID', width: 7, text: ({ pid }) => String(pid), value: ({ pid }) => -pid },
  {
    name: 'cpu',
    header: 'CPU',
    width: 6,
    text: ({ cpuPercent }) => percent(cpuPercent),
    value: ({ cpuPercent }) => cpuPercent,
  },
  {
    name: 'memory',
    header: 'MEMORY',
    width: 9,
    text: ({ rssBytes }) => binary(rssBytes),
    value: ({ rssBytes }) => rssBytes,
  },
  {
    name: 'read',
    header: 'READ/S',
    width: 7,
    text: ({ readPerSecond }) => perSecond(readPerSecond),
    value: ({ readPerSecond }) => readPerSecond,
  },
  {
    name: 'write',
    header: 'WRITE/S',
    width: 7,
    text: ({ writtenPerSecond }) => perSecond(writtenPerSecond),
    value: ({ writtenPerSecond }) => writtenPerSecond,
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
    name: 'threads',
    header: 'THREADS',
    width: 7,
    text: ({ threads }) => String(threads),
    value: ({ threads }) => threads,
  },
  { name: 'state', header: 'STATE', width: 5, text: ({ state }) => state, value: ({ state }) => state },
  { name: 'up', header: 'UP', width: 4, text: ({ elapsedMs }) => age(elapsedMs), value: ({ elapsedMs }) => elapsedMs },
  {
    name: 'name',
    header: 'COMMAND',
    width: 16,
    isText: true,
    text: ({ command }) => command,
    value: ({ command }) => command,
  },
];

export const PROCESS_IMPORTANCE: readonly string[] = 'name pid cpu memory threads state files up read write'.split(' ');
