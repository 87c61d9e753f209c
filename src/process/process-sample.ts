import type { Host } from '../host/host.ts';
import { parseSchedstat, parseSyscall } from '../proc/task.ts';
import { parseStat, TICKS_PER_SECOND } from '../proc/stat.ts';
import type { Timing } from './limits/cpu-sample.ts';
import { isMember, placesOf, processIds, type Subject } from './subject.ts';

/**
 * A process of a container, as it was all the while that dbg looked: its state is undefined where
 * that changed.
 */
export interface ProcessSeen {
  readonly pid: number;
  readonly command: string;
  /** whether it is the container's first one */
  readonly isMain: boolean;
  readonly parent: { readonly pid: number; readonly command: string };
  /** the letter of ps(1): R, S, D, Z, T … */
  readonly state: string | undefined;
  readonly threads: readonly ThreadSeen[];
}

export interface ThreadSeen {
  readonly tid: number;
  readonly command: string;
  readonly state: string | undefined;
  /** how much of one CPU it was given, of 1 */
  readonly cpuShare: number;
  /** and how much it was given or waited for; undefined where the kernel does not say */
  readonly wantedShare: number | undefined;
  /**
   * the kernel's function in which it sleeps (proc_pid_wchan(5)); undefined where that is not told,
   * or it does not sleep
   */
  readonly sleepsIn: string | undefined;
  /** whether it waits for another thread alone: a futex, with no time at which it would give up */
  readonly isOnFutex: boolean;
}

/** Twenty ticks of the kernel's clock. */
const SAMPLE_MS = 200;
/** A container may have as many as the host; of each a few files are read, twice. */
const MOST_THREADS = 1024;

interface Reading {
  readonly at: number;
  readonly processes: ReadonlyMap<
    string,
    Omit<ProcessSeen, 'threads'> & { readonly threads: ReadonlyMap<number, Thread> }
  >;
}

interface Thread extends Omit<ThreadSeen, 'cpuShare' | 'wantedShare'> {
  readonly cpuTicks: number;
  /** in nanoseconds */
  readonly wanted: number | undefined;
}

/**
 * Looks at each process and thread of a container twice: what is the same both times was so for 0.2
 * s.
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

function between(before: Thread, { cpuTicks, wanted, ...now }: Thread, milliseconds: number): ThreadSeen {
  const wantedNanoseconds = wanted === undefined || before.wanted === undefined ? undefined : wanted - before.wanted;
  return {
    ...now,
    state: same(before.state, now.state),
    cpuShare: ((cpuTicks - before.cpuTicks) * 1000) / TICKS_PER_SECOND / milliseconds,
    wantedShare: wantedNanoseconds === undefined ? undefined : wantedNanoseconds / 1e6 / milliseconds,
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
    // With cgroup v1 a zombie is in the root cgroup (proc_cgroup_show in the kernel): it is where
    // its parent is.
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
      sleepsIn: wchan === undefined || wchan === '0' || wchan === '' ? undefined : wchan,
      isOnFutex: isEndlessFutex,
    },
  ];
}
