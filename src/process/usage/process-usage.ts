import type { Host } from '../../host/host.ts';
import { parseProcessIo, type ProcessIo } from '../../proc/pid/process-io.ts';
import { parseProcessLimits } from '../../proc/pid/process-limits.ts';
import { parseStat, parseUptime, type ProcessStat, TICKS_PER_SECOND } from '../../proc/pid/stat.ts';
import { parseStatus } from '../../proc/pid/status.ts';
import { parseCommandLine } from '../processes.ts';
import { isMember, placesOf, processIds, type Subject } from '../subject.ts';

/** What a process of a container did since the reading before. A rate is undefined at the first. */
export interface ProcessUsage {
  readonly pid: number;
  /** the pid and the start: another process with that pid is another one */
  readonly key: string;
  /** the letter that ps(1) shows: R, S, D, Z, T … */
  readonly state: string;
  /** in percent of one core */
  readonly cpuPercent: number | undefined;
  readonly rssBytes: number;
  readonly threads: number;
  /** of block devices, in bytes; undefined where dbg is not root, who alone may look */
  readonly readPerSecond: number | undefined;
  readonly writtenPerSecond: number | undefined;
  readonly openFiles: { readonly used: number; readonly limit: number | null | undefined } | undefined;
  readonly elapsedMs: number;
  /** the command line; in brackets the kernel's name for a process without one, as in ps(1) */
  readonly command: string;
}

interface Before {
  readonly at: number;
  readonly cpuTicks: number;
  readonly io: ProcessIo | undefined;
}

/** At most so many processes of the container are read. */
const MOST_PROCESSES = 2048;
/** In bytes: a process can make its own command line as long as it likes (PR_SET_MM, prctl(2)). */
const COMMAND_LINE_LIMIT = 1024;

/**
 * Gives a function that reads the processes of a container, by PID, and compares each with the
 * reading before.
 */
export function processReader(host: Host, subject: Subject, clock: () => number): () => ProcessUsage[] {
  let before = new Map<string, Before>();
  return () => {
    const uptimeMs = parseUptime(host.read('/proc/uptime') ?? '') * 1000;
    const now = new Map<string, Before>();
    const rows = membersOf(host, subject).flatMap(({ pid, stat }) => {
      const at = clock();
      const key = `${pid} ${stat.startTicks}`;
      const reading = { at, cpuTicks: stat.cpuTicks, io: parseProcessIo(host.read(`/proc/${pid}/io`)) };
      const row = usageOf(host, pid, stat, uptimeMs, rates(before.get(key), reading));
      // If another process has the PID by now, what was read in between may be that one's.
      if (parseStat(host.read(`/proc/${pid}/stat`))?.startTicks !== stat.startTicks) return [];
      now.set(key, reading);
      return [{ ...row, key }];
    });
    before = now;
    return rows;
  };
}

function membersOf(host: Host, subject: Subject): { readonly pid: number; readonly stat: ProcessStat }[] {
  const members = processIds(host).filter((pid) => isMember(subject, placesOf(host, pid)));
  return members.slice(0, MOST_PROCESSES).flatMap((pid) => {
    const stat = parseStat(host.read(`/proc/${pid}/stat`));
    return stat === undefined ? [] : [{ pid, stat }];
  });
}

function rates(before: Before | undefined, now: Before) {
  const seconds = before && Math.max(0.001, (now.at - before.at) / 1000);
  const perSecond = (then: number | undefined, value: number | undefined) =>
    seconds === undefined || then === undefined || value === undefined
      ? undefined
      : Math.max(0, value - then) / seconds;
  const ticks = perSecond(before?.cpuTicks, now.cpuTicks);
  return {
    cpuPercent: ticks === undefined ? undefined : (100 * ticks) / TICKS_PER_SECOND,
    readPerSecond: perSecond(before?.io?.readBytes, now.io?.readBytes),
    writtenPerSecond: perSecond(before?.io?.writtenBytes, now.io?.writtenBytes),
  };
}

function usageOf(host: Host, pid: number, stat: ProcessStat, uptimeMs: number, since: ReturnType<typeof rates>) {
  const used = host.isRoot ? host.countEntries(`/proc/${pid}/fd`) : undefined;
  const limit = parseProcessLimits(host.read(`/proc/${pid}/limits`))?.openFiles;
  const argv = parseCommandLine(host.readBelow(`/proc/${pid}`, 'cmdline', COMMAND_LINE_LIMIT) ?? '');
  const { rssBytes, threads } = parseStatus(host.read(`/proc/${pid}/status`) ?? '');
  return {
    pid,
    state: stat.state,
    ...since,
    rssBytes,
    threads,
    openFiles: used === undefined ? undefined : { used, limit },
    elapsedMs: Math.max(0, uptimeMs - (stat.startTicks / TICKS_PER_SECOND) * 1000),
    command: argv.length > 0 ? argv.join(' ') : `[${stat.command}]`,
  };
}
