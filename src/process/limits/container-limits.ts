import { DbgError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { cgroupFiles, type CgroupFile } from '../../enter/cgroup-files.ts';
import { amount, count, flatKeyed } from '../../proc/cgroup-values.ts';
import { cpuUse, type CpuUse } from './cpu.ts';
import { usedCpus, type Timing } from './cpu-sample.ts';
import { fileSystemsOf, type FileSystem } from './file-systems.ts';
import { ioUse, type DeviceUse } from './io.ts';
import { memoryUse, swapUse, type MemoryUse, type SwapUse } from './memory.ts';
import { openFilesOf, type OpenFiles } from './open-files.ts';
import { parsePressure, type PressureLines } from './pressure.ts';
import { ended, nameOf, type Subject } from '../subject.ts';

export interface PidsUse {
  readonly used: number;
  /** null where no limit is set */
  readonly limit: number | null | undefined;
  /** how often a fork failed because of the limit */
  readonly limitHits: number | undefined;
}

/** What a container may use, and what it uses. What the kernel does not offer is undefined. */
export interface Limits {
  readonly memory: MemoryUse | undefined;
  readonly swap: SwapUse | undefined;
  /** `usedCpus`: how many CPUs the container kept busy during the sample */
  readonly cpu: (CpuUse & { readonly usedCpus: number }) | undefined;
  readonly pids: PidsUse | undefined;
  readonly io: readonly (DeviceUse & { readonly name: string | undefined })[] | undefined;
  readonly openFiles: OpenFiles | undefined;
  /** `left`: how many more there are beside those shown */
  readonly fileSystems: { readonly shown: readonly FileSystem[]; readonly left: number } | undefined;
  readonly pressure: Readonly<Partial<Record<Resource, PressureLines>>> | undefined;
}

export const RESOURCES = ['cpu', 'memory', 'io'] as const;
export type Resource = (typeof RESOURCES)[number];

/**
 * Reads the limits from the files of a container's cgroup: v1, v2 or both. The pressure is that of
 * the container's own cgroup, never the host's. Throws a DbgError where no cgroup file system with
 * the container's cgroup is mounted here, or the container has ended.
 */
export async function limitsOf(host: Host, subject: Subject, timing: Timing): Promise<Limits> {
  const file = cgroupFiles(host, subject);
  if (file === undefined) {
    throw new DbgError(`the cgroup of "${nameOf(subject)}" is on no cgroup file system that is mounted here`, {
      next: [{ what: 'see those that are', command: 'grep cgroup /proc/self/mountinfo' }],
    });
  }
  const used = await usedCpus(file, timing);
  const cpu = cpuUse(file);
  const memory = memoryUse(file);
  const pids = pidsUse(file);
  if (memory === undefined && cpu === undefined && pids === undefined) throw ended(subject);
  return {
    memory,
    swap: swapUse(file),
    cpu: cpu && { ...cpu, usedCpus: used ?? 0 },
    pids,
    io: ioUse(file)?.map((device) => ({ ...device, name: deviceName(host, device.number) })),
    openFiles: openFilesOf(host, subject),
    fileSystems: await fileSystemsOf(host, subject),
    pressure: pressureOf(file),
  };
}

/**
 * Reads cgroup-v1/pids.rst; v2 has the same files. undefined where the kernel counts no processes.
 */
function pidsUse(file: CgroupFile): PidsUse | undefined {
  const used = count(file('pids.current'));
  if (used === undefined) return undefined;
  const limitHits = flatKeyed(file('pids.events')).get('max');
  return { used, limit: amount(file('pids.max')), limitHits };
}

function pressureOf(file: CgroupFile): Limits['pressure'] {
  const read = RESOURCES.map((resource) => [resource, parsePressure(file(`${resource}.pressure`))] as const);
  const offered = read.filter(([, lines]) => lines !== undefined);
  return offered.length === 0 ? undefined : Object.fromEntries(offered);
}

/**
 * The name of a block device: /sys/dev/block/254:0 is a link to …/block/vda (sysfs-dev-block in the
 * kernel's Documentation/ABI).
 */
const deviceName = (host: Host, number: string) => host.link(`/sys/dev/block/${number}`)?.split('/').at(-1);
