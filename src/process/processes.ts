import type { Host } from '../host/host.ts';
import { parseStat, parseUptime, TICKS_PER_SECOND, type ProcessStat } from '../proc/stat.ts';
import { parseStatus } from '../proc/status.ts';
import { isMember, placesOf, processIds, type Subject } from './subject.ts';
import { usersOf, type User } from './users.ts';

export interface ContainerProcess {
  readonly pid: number;
  /** as the container's first process numbers it; undefined for one outside its pid namespace */
  readonly containerPid: number | undefined;
  /** its parent's PID, on the host */
  readonly parent: number;
  readonly hostUid: number;
  readonly user: User;
  /** the letter of ps(1): R, S, D, Z, T … */
  readonly state: string;
  /** share of one CPU over the process' lifetime, as ps(1) shows it */
  readonly cpuPercent: number;
  readonly rssBytes: number;
  readonly elapsedSeconds: number;
  /** empty for a zombie */
  readonly argv: readonly string[];
  /** the kernel's name for it */
  readonly command: string;
}

/** A process can put as much into its command line as it likes (PR_SET_MM, prctl(2)). */
const COMMAND_LINE_LIMIT = 4096;

/** Every process in a container's cgroup, by PID. One that dies while dbg reads is left out. */
export function processesOf(host: Host, subject: Subject): ContainerProcess[] {
  const uptime = parseUptime(host.read('/proc/uptime') ?? '');
  const depth = parseStatus(host.read(`/proc/${subject.pid}/status`) ?? '').pids.length;
  const users = usersOf(host, subject.pid);
  return memberIds(host, subject).flatMap(({ pid, stat }) => {
    const status = host.read(`/proc/${pid}/status`);
    const commandLine = host.readBelow(`/proc/${pid}`, 'cmdline', COMMAND_LINE_LIMIT);
    // Read again: were it another process by now, what was read in between could be that one's.
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

/** Each with its start time read before its cgroup: together they are the process' identity. */
function memberIds(host: Host, subject: Subject): { pid: number; stat: ProcessStat }[] {
  const all = processIds(host).flatMap((pid) => {
    const stat = parseStat(host.read(`/proc/${pid}/stat`));
    return stat === undefined ? [] : [{ pid, stat, isIn: isMember(subject, placesOf(host, pid)) }];
  });
  // With cgroup v1 a zombie is in the root cgroup (proc_cgroup_show in the kernel): it is where its parent is.
  const members = new Set(all.filter(({ isIn }) => isIn).map(({ pid }) => pid));
  return all
    .filter(({ isIn, stat }) => isIn || (stat.state === 'Z' && members.has(stat.parent)))
    .toSorted((one, other) => one.pid - other.pid);
}

/** /proc/PID/cmdline: each argument ends with a NUL. A process that rewrites its title leaves more of them (proc(5)). */
export function parseCommandLine(text: string): string[] {
  const isCut = Buffer.byteLength(text) >= COMMAND_LINE_LIMIT && !text.endsWith('\0');
  const argv = text.replace(/\0+$/, '').split('\0');
  if (isCut) argv.push('…');
  return argv.length === 1 && argv[0] === '' ? [] : argv;
}
