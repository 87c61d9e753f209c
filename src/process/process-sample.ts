import type { Host } from '../host/host.ts';
import { parseSchedstat, parseSyscall } from '../proc/pid/task.ts';
import { parseStat, TICKS_PER_SECOND } from '../proc/pid/stat.ts';
import { parseStatus } from '../proc/pid/status.ts';
import type { Timing } from './limits/cpu-sample.ts';
import { isMember, placesOf, processIds, type Subject } from './subject.ts';

/** A process of a container that was there at both readings of the sample. */
export interface ProcessSeen {
  readonly pid: number;
  readonly command: string;
  /** whether it is the container's first process */
  readonly isMain: boolean;
  readonly parent: { readonly pid: number; readonly command: string };
  /**
   * the letter that ps(1) shows: R, S, D, Z, T …; undefined where it changed between the readings
   */
  readonly state: string | undefined;
  readonly threads: readonly ThreadSeen[];
}

export interface ThreadSeen {
  readonly tid: number;
  readonly command: string;
  readonly state: string | undefined;
  /** the share of one CPU that it was given during the sample, from 0 to 1 */
  readonly cpuShare: number;
  /**
   * the share of one CPU that it was given or waited for; undefined where the kernel does not count
   * this
   */
  readonly wantedShare: number | undefined;
  /**
   * whether it ran or waited for a CPU all the time: at both readings, and it did not sleep in
   * between. `wantedShare` leaves out the wait that is not over at the second reading, which the
   * kernel counts when the thread runs again (sched_info_arrive in kernel/sched/stats.h).
   */
  readonly neverSlept: boolean;
  /**
   * the kernel function in which it sleeps (proc_pid_wchan(5)); undefined where it does not sleep,
   * where the kernel does not tell, or where the two readings differ
   */
  readonly sleepsIn: string | undefined;
  /**
   * whether it waits for another thread only: in a futex call without a timeout, at both readings
   */
  readonly isOnFutex: boolean;
}

/** The time between the two readings: twenty ticks of the kernel's clock. */
const SAMPLE_MS = 200;
/**
 * At most so many threads are read. A container may have as many as the host allows, and for each
 * dbg reads a few files, twice.
 */
const MOST_THREADS = 1024;

interface Reading {
  readonly at: number;
  readonly processes: ReadonlyMap<
    string,
    Omit<ProcessSeen, 'threads'> & { readonly threads: ReadonlyMap<number, Thread> }
  >;
}

interface Thread extends Omit<ThreadSeen, 'cpuShare' | 'wantedShare' | 'neverSlept'> {
  readonly cpuTicks: number;
  /** in nanoseconds */
  readonly wanted: number | undefined;
  /** how often it went to sleep; undefined while it sleeps */
  readonly sleeps: number | undefined;
}

/**
 * Reads each process and thread of a container twice, 0.2 s apart. What is the same at both
 * readings is taken to have been so in between.
 */
export async function sampleProcesses(host: Host, subject: Subject, { clock, wait }: Timing): Promise<ProcessSeen[]> {
  const first = read(host, subject, clock);
  await wait(SAMPLE_MS);
  const second = read(host, subject, clock);
  const milliseconds = Math.max(1, second.at - first.at);
  return [...second.processes].flatMap(([identity, now]) => {
    const before = first.processes.get(identity);
    if (before === undefined) return [];
    const threads = [...now.threads.values()].flatMap((thread) => {
      const earlier = before.threads.get(thread.tid);
      return earlier === undefined ? [] : [between(earlier, thread, milliseconds)];
    });
    return [{ ...now, state: same(before.state, now.state), threads }];
  });
}

const same = <T>(one: T, other: T): T | undefined => (one === other ? one : undefined);

function between(before: Thread, { cpuTicks, wanted, sleeps, ...now }: Thread, milliseconds: number): ThreadSeen {
  const wantedNanoseconds = wanted === undefined || before.wanted === undefined ? undefined : wanted - before.wanted;
  return {
    ...now,
    state: same(before.state, now.state),
    cpuShare: ((cpuTicks - before.cpuTicks) * 1000) / TICKS_PER_SECOND / milliseconds,
    wantedShare: wantedNanoseconds === undefined ? undefined : wantedNanoseconds / 1e6 / milliseconds,
    neverSlept: sleeps !== undefined && sleeps === before.sleeps,
    sleepsIn: same(before.sleepsIn, now.sleepsIn),
    isOnFutex: before.isOnFutex && now.isOnFutex,
  };
}

function read(host: Host, subject: Subject, clock: Timing['clock']): Reading {
  const at = clock();
  const all = processIds(host).flatMap((pid) => {
    const stat = parseStat(host.read(`/proc/${pid}/stat`));
    return stat === undefined ? [] : [{ pid, ...stat, isIn: isMember(subject, placesOf(host, pid)) }];
  });
  const commands = new Map(all.map(({ pid, command }) => [pid, command]));
  const members = new Set(all.filter(({ isIn }) => isIn).map(({ pid }) => pid));
  let left = MOST_THREADS;
  const processes = all
    // With cgroup v1 a zombie is in the root cgroup (proc_cgroup_show in the kernel). It is counted
    // as a member where its parent is one.
    .filter(({ isIn, state, parent }) => isIn || (state === 'Z' && members.has(parent)))
    .map(({ pid, command, state, parent, startTicks }) => {
      const tids = state === 'Z' ? [] : host.entries(`/proc/${pid}/task`).slice(0, left);
      left -= tids.length;
      const threads = tids.flatMap((tid) => threadOf(host, pid, tid));
      const process = {
        pid,
        command,
        isMain: pid === subject.pid,
        parent: { pid: parent, command: commands.get(parent) ?? '' },
        state,
        threads: new Map(threads.map((thread) => [thread.tid, thread])),
      };
      return [`${pid} ${startTicks}`, process] as const;
    });
  return { at, processes: new Map(processes) };
}

function threadOf(host: Host, pid: number, tid: string): Thread[] {
  const folder = `/proc/${pid}/task/${tid}`;
  const stat = parseStat(host.read(`${folder}/stat`));
  if (stat === undefined) return [];
  const wchan = host.read(`${folder}/wchan`);
  const { isEndlessFutex } = parseSyscall(stat.state === 'S' ? host.read(`${folder}/syscall`) : undefined);
  return [
    {
      tid: Number(tid),
      command: stat.command,
      state: stat.state,
      cpuTicks: stat.cpuTicks,
      wanted: parseSchedstat(host.read(`${folder}/schedstat`)),
      sleeps: stat.state === 'R' ? parseStatus(host.read(`${folder}/status`) ?? '').voluntarySwitches : undefined,
      sleepsIn: wchan === undefined || wchan === '0' || wchan === '' ? undefined : wchan,
      isOnFutex: isEndlessFutex,
    },
  ];
}
