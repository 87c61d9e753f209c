import type { Host } from '../host/host.ts';
import { parseStat, parseUptime, TICKS_PER_SECOND, type ProcessStat } from '../proc/pid/stat.ts';
import { parseStatus } from '../proc/pid/status.ts';
import { isMember, placesOf, processIds, type Subject } from './subject.ts';
import { usersOf, type User } from './users.ts';

export interface ContainerProcess {
  readonly pid: number;
  /**
   * the PID that the container's first process sees; undefined for a process outside its PID
   * namespace
   */
  readonly containerPid: number | undefined;
  /** the parent's PID on the host */
  readonly parent: number;
  readonly hostUid: number;
  readonly user: User;
  /** the letter that ps(1) shows: R, S, D, Z, T … */
  readonly state: string;
  /** percent of one CPU over the process' lifetime, as ps(1) shows it */
  readonly cpuPercent: number;
  readonly rssBytes: number;
  readonly elapsedSeconds: number;
  /** empty for a zombie */
  readonly argv: readonly string[];
  /** the kernel's name for the process, at most 15 bytes */
  readonly command: string;
}

/**
 * How many bytes of a command line are read. A process can make its own as long as it likes
 * (PR_SET_MM, prctl(2)).
 */
const COMMAND_LINE_LIMIT = 4096;

/**
 * Every process in a container's cgroup, by PID. A process that ends while dbg reads is left out.
 */
export function processesOf(host: Host, subject: Subject): ContainerProcess[] {
  const uptime = parseUptime(host.read('/proc/uptime') ?? '');
  const depth = parseStatus(host.read(`/proc/${subject.pid}/status`) ?? '').pids.length;
  const users = usersOf(host, subject.pid);
  return memberIds(host, subject).flatMap(({ pid, stat }) => {
    const status = host.read(`/proc/${pid}/status`);
    const commandLine = host.readBelow(`/proc/${pid}`, 'cmdline', COMMAND_LINE_LIMIT);
    // The start time is read again. If another process has the PID by now, what was read in between
    // may be that process's.
    if (status === undefined || parseStat(host.read(`/proc/${pid}/stat`))?.startTicks !== stat.startTicks) return [];
    const facts = parseStatus(status);
    const elapsedSeconds = Math.max(0, uptime - stat.startTicks / TICKS_PER_SECOND);
    return [
      {
        pid,
        containerPid: facts.pids[depth - 1],
        parent: stat.parent,
        hostUid: facts.uid,
        user: users(facts.uid),
        state: stat.state,
        cpuPercent: elapsedSeconds > 0 ? (100 * stat.cpuTicks) / TICKS_PER_SECOND / elapsedSeconds : 0,
        rssBytes: facts.rssBytes,
        elapsedSeconds,
        argv: parseCommandLine(commandLine ?? ''),
        command: stat.command,
      },
    ];
  });
}

/**
 * The members by PID. Each start time is read before the cgroup: PID and start time identify a
 * process.
 */
function memberIds(host: Host, subject: Subject): { pid: number; stat: ProcessStat }[] {
  const all = processIds(host).flatMap((pid) => {
    const stat = parseStat(host.read(`/proc/${pid}/stat`));
    return stat === undefined ? [] : [{ pid, stat, isIn: isMember(subject, placesOf(host, pid)) }];
  });
  // With cgroup v1 a zombie is in the root cgroup (proc_cgroup_show in the kernel). It is counted
  // as a member where its parent is one.
  const members = new Set(all.filter(({ isIn }) => isIn).map(({ pid }) => pid));
  return all
    .filter(({ isIn, stat }) => isIn || (stat.state === 'Z' && members.has(stat.parent)))
    .toSorted((one, other) => one.pid - other.pid);
}

/**
 * Reads /proc/PID/cmdline, in which each argument ends with a NUL. A process that rewrites its
 * title leaves several NULs at the end (proc(5)). A text that reached the limit ends with "…".
 */
export function parseCommandLine(text: string): string[] {
  const isCut = Buffer.byteLength(text) >= COMMAND_LINE_LIMIT && !text.endsWith('\0');
  const argv = text.replace(/\0+$/, '').split('\0');
  if (isCut) argv.push('…');
  return argv.length === 1 && argv[0] === '' ? [] : argv;
}
