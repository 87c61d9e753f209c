import type { ContainerUsage } from '../../process/usage/container-usage.ts';

/**
 * A line of `dbg top --json`. The keys are documented in docs/top.md and must not change. What is
 * not set is null. What the kernel does not count, or this user may not see, is left out.
 */
export function usageRecord(row: ContainerUsage, at: number) {
  const { cpu, memory, network, io, pids, openFiles, pressure } = row;
  return {
    time: new Date(at).toISOString(),
    container: row.name,
    id: row.id,
    image: row.image,
    state: row.state,
    pid: row.pid ?? null,
    started_at: row.startedAt === undefined ? null : new Date(row.startedAt).toISOString(),
    uptime_seconds: row.startedAt === undefined ? null : Math.max(0, Math.floor((at - row.startedAt) / 1000)),
    restarts: row.restarts ?? null,
    interval_seconds: row.intervalMs === undefined ? null : rounded(row.intervalMs / 1000, 6),
    cpu: cpu && {
      percent: rounded(cpu.percent, 3),
      throttled_percent: rounded(cpu.throttledPercent, 1),
      used_usec: cpu.usedMicroseconds,
      limit_cpus: cpu.limitCpus,
    },
    memory: memory && {
      used_bytes: memory.used,
      charged_bytes: memory.charged,
      cache_bytes: memory.fileCache,
      limit_bytes: memory.limit,
      percent: rounded((100 * memory.used) / memory.most, 3),
      oom_kills: memory.oomKills,
    },
    swap: row.swap && { used_bytes: row.swap.used, limit_bytes: row.swap.limit },
    pressure: pressure && {
      cpu_percent: rounded(pressure.cpu, 3),
      memory_percent: rounded(pressure.memory, 3),
      io_percent: rounded(pressure.io, 3),
    },
    network: network && {
      rx_bytes: network.receivedBytes,
      tx_bytes: network.sentBytes,
      rx_bytes_per_second: rounded(network.receivedPerSecond, 1),
      tx_bytes_per_second: rounded(network.sentPerSecond, 1),
      drops: network.drops,
      errors: network.errors,
      drops_per_second: rounded(network.dropsPerSecond, 3),
      errors_per_second: rounded(network.errorsPerSecond, 3),
    },
    io: io && {
      read_bytes: io.readBytes,
      written_bytes: io.writtenBytes,
      read_bytes_per_second: rounded(io.readPerSecond, 1),
      written_bytes_per_second: rounded(io.writtenPerSecond, 1),
    },
    pids: pids && { used: pids.used, limit: pids.limit },
    open_files: openFiles && {
      used: openFiles.used,
      limit: openFiles.limit,
      pid: openFiles.pid,
      command: openFiles.command,
    },
  };
}

const rounded = (value: number | undefined, digits: number) =>
  value === undefined || !Number.isFinite(value) ? undefined : Number(value.toFixed(digits));
