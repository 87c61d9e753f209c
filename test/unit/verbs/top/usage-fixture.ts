import type { ContainerUsage } from '../../../../src/process/usage/container-usage.ts';
import { ID } from '../../fakes.ts';

/** A container that runs well, with a limit on its memory. */
export const usage = (over: Partial<ContainerUsage> = {}): ContainerUsage => ({
  id: ID,
  name: 'web',
  image: 'nginx',
  state: 'running',
  startedAt: 0,
  restarts: 0,
  pid: 42,
  intervalMs: 1000,
  cpu: { percent: 12.345678, throttledPercent: undefined, usedMicroseconds: 7, limitCpus: null },
  memory: {
    used: 16 << 20,
    charged: 20 << 20,
    fileCache: 5 << 20,
    limit: 64 << 20,
    most: 64 << 20,
    oomKills: 0,
    newOomKills: 0,
  },
  swap: { used: 0, limit: null },
  pressure: { cpu: 1, memory: 0, io: 3 },
  network: {
    receivedBytes: 1500,
    sentBytes: 20,
    receivedPerSecond: 100,
    sentPerSecond: 2,
    drops: 0,
    errors: 0,
    dropsPerSecond: 0,
    errorsPerSecond: 0,
  },
  io: { readBytes: 4096, writtenBytes: 0, readPerSecond: 0, writtenPerSecond: 0 },
  pids: { used: 3, limit: null },
  openFiles: { pid: 42, command: 'nginx', used: 9, limit: 1024 },
  ...over,
});
