import type { Context } from '../../context.ts';
import { cgroupFiles } from '../../enter/cgroup-files.ts';
import { containerPlaces } from '../../enter/container-cgroup.ts';
import type { Target } from '../../enter/target.ts';
import type { KeptFile } from '../../host/host-files.ts';
import { type CgroupMount, parsePlaces } from '../../proc/cgroup.ts';
import { isDead, parseStartTime, parseStat } from '../../proc/pid/stat.ts';
import { readCounters, type UsageCounters } from '../../process/usage/usage-counters.ts';
import type { Keep } from './kept-files.ts';

/** Reads the counters of one run of a container, again and again. */
export interface ContainerReader {
  readonly target: Target;
  /** undefined when this run has ended */
  read(): UsageCounters | undefined;
  hasEnded(): boolean;
  close(): void;
}

interface ReaderMeans {
  readonly keep: Keep;
  readonly mounts: readonly CgroupMount[];
  /** whether the container is on the host's network, or on that of a container that is */
  readonly isOnHostNetwork: boolean;
}

/**
 * The files of limits, v1's and v2's. They change only when somebody changes them. They are a
 * quarter of the files, and take a quarter of the time.
 */
const LIMITS = /\/(memory\.(memsw\.)?limit_in_bytes|memory\.(swap\.)?max|cpu\.cfs_\w+_us|cpu\.max|pids\.max)$/;
/** Between two readings of limits, in ms. */
const LIMITS_MS = 5_000;

/** Opens what the kernel counts for a container; undefined when its process has ended meanwhile. */
export function containerReader(
  { host, clock }: Pick<Context, 'host' | 'clock'>,
  target: Target,
  { keep, mounts, isOnHostNetwork }: ReaderMeans,
): ContainerReader | undefined {
  const { pid, startTime, container } = target;
  const stat = keep(`/proc/${pid}/stat`);
  // An open file of /proc/PID is that process's for good, whatever gets its number later.
  if (stat === undefined || parseStartTime(stat.read()) !== startTime) {
    stat?.close();
    return undefined;
  }
  const files: (KeptFile | undefined)[] = [stat];
  const open = (path: string): (() => string | undefined) => {
    const kept = keep(path);
    files.push(kept);
    const read = () => kept?.read();
    return LIMITS.test(path) ? seldom(read, clock) : read;
  };
  const readers = new Map<string, () => string | undefined>();
  const read = (path: string) => {
    let reader = readers.get(path);
    if (reader === undefined) readers.set(path, (reader = open(path)));
    return reader();
  };
  const places = containerPlaces(parsePlaces(host.read(`/proc/${pid}/cgroup`) ?? ''), container.id);
  const file = cgroupFiles(host, { places }, read, mounts);
  const hasEnded = () => {
    const now = parseStat(stat.read());
    return now === undefined || isDead(now);
  };
  return {
    target,
    hasEnded,
    read: () => {
      if (file === undefined) return undefined;
      const netDev = isOnHostNetwork ? undefined : readAndClose(host, `/proc/${pid}/net/dev`);
      const counters = readCounters(file, netDev, clock);
      // The process is looked at last: while it is there, no other one has had its number.
      return hasEnded() ? undefined : counters;
    },
    close: () => files.forEach((each) => each?.close()),
  };
}

/** Reads again when the last reading is LIMITS_MS old. */
function seldom<T>(read: () => T, clock: () => number): () => T {
  let last = { at: -Infinity, value: undefined as T };
  return () => {
    if (clock() - last.at >= LIMITS_MS) last = { at: clock(), value: read() };
    return last.value;
  };
}

/**
 * Reads a file that is not kept open: that one would keep the container's network, devices and all,
 * after the container's end.
 */
function readAndClose(host: Pick<Context['host'], 'keep'>, path: string): string | undefined {
  const file = host.keep(path);
  const text = file?.read();
  file?.close();
  return text;
}
