import type { Container } from '../../engine/container.ts';
import { RESOURCES, type Limits } from '../../process/limits/container-limits.ts';
import type { Pressure } from '../../process/limits/pressure.ts';

/**
 * The object that `dbg limits --json` prints. The keys are documented in docs/processes.md and must
 * not change. A limit that is not set is null. What the kernel does not offer is undefined, which
 * JSON leaves out.
 */
export function limitsRecord({ memory, swap, cpu, pids, io, openFiles, fileSystems, pressure }: Limits) {
  return {
    memory: memory && {
      used_bytes: memory.used,
      charged_bytes: memory.charged,
      limit_bytes: memory.limit,
      reservation_bytes: memory.reservation,
      peak_bytes: memory.peak,
      limit_hits: memory.limitHits,
      oom_kills: memory.oomKills,
    },
    swap: swap && { used_bytes: swap.used, limit_bytes: swap.limit },
    cpu: cpu && {
      used_cpus: Math.round(cpu.usedCpus * 1000) / 1000,
      limit_cpus: cpu.limitCpus,
      used_usec: cpu.usedMicroseconds,
      quota_usec: cpu.quotaMicroseconds,
      period_usec: cpu.periodMicroseconds,
      shares: cpu.shares,
      weight: cpu.weight,
      cpuset: cpu.cpuset,
      periods: cpu.periods,
      throttled_periods: cpu.throttledPeriods,
      throttled_usec: cpu.throttledMicroseconds,
    },
    pids: pids && { used: pids.used, limit: pids.limit, limit_hits: pids.limitHits },
    io: io?.map((device) => ({
      device: device.number,
      name: device.name ?? null,
      read_bytes: device.readBytes,
      written_bytes: device.writtenBytes,
      reads: device.reads,
      writes: device.writes,
      read_bytes_per_second_limit: device.readBytesLimit,
      written_bytes_per_second_limit: device.writtenBytesLimit,
      reads_per_second_limit: device.readsLimit,
      writes_per_second_limit: device.writesLimit,
    })),
    open_files: openFiles && {
      used: openFiles.used,
      limit: openFiles.limit,
      pid: openFiles.pid,
      command: openFiles.command,
    },
    file_systems: fileSystems?.shown.map(({ mountPoint, type, device, isReadOnly, space }) => ({
      mount_point: mountPoint,
      type,
      device,
      read_only: isReadOnly,
      size_bytes: space?.size ?? null,
      used_bytes: space?.used ?? null,
      available_bytes: space?.available ?? null,
      inodes: space?.inodes || null,
      used_inodes: space?.inodes ? space.usedInodes : null,
    })),
    pressure:
      pressure &&
      Object.fromEntries(
        RESOURCES.flatMap((resource) => {
          const lines = pressure[resource];
          return lines === undefined
            ? []
            : [[resource, { some: pressureRecord(lines.some), full: pressureRecord(lines.full) }]];
        }),
      ),
  };
}

const pressureRecord = (line: Pressure | undefined) =>
  line && { avg10: line.avg10, avg60: line.avg60, avg300: line.avg300, total_usec: line.totalMicroseconds };

/**
 * What the engine knows of this life of a container and of the one before; the kernel counts anew
 * from each start. undefined where no engine was asked.
 */
export const lifeRecord = (container: Container | undefined) =>
  container && {
    life: {
      started_at: isoTime(container.state.startedAt),
      restarts: container.restarts,
      previous_end: isoTime(container.state.finishedAt),
      previous_oom_killed: container.state.finishedAt === undefined ? null : container.state.oomKilled,
    },
    configured: {
      memory_limit_bytes: container.configured.memoryBytes,
      limit_cpus: container.configured.cpus,
      pids_limit: container.configured.pids,
    },
  };

const isoTime = (time: number | undefined) => (time === undefined ? null : new Date(time).toISOString());
