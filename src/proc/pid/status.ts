/** What dbg uses of /proc/PID/status (proc_pid_status(5)). */
export interface ProcessStatus {
  /** R, S, D, Z, T, t, I … */
  readonly state: string;
  /**
   * the pid of the process that this thread belongs to, which for a process is its own; NaN when
   * the text is not of a process
   */
  readonly threadGroup: number;
  /** the pid of its tracer; 0: nobody */
  readonly tracer: number;
  /** the effective user and group, in the numbering of dbg's own user namespace */
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** its number in each pid namespace, from dbg's own to its own */
  readonly pids: readonly number[];
  /** 0 for a zombie or a kernel thread, which has no memory */
  readonly rssBytes: number;
  /** 0 when the text does not tell */
  readonly threads: number;
  /** the capabilities in force, and those that it and its children can ever have */
  readonly effectiveSet: bigint;
  readonly boundingSet: bigint;
  /**
   * the signals that wait for it or for one of its threads, and those that it has handlers for: bit
   * N-1 is signal N
   */
  readonly pendingSignals: bigint;
  readonly caughtSignals: bigint;
  readonly noNewPrivileges: boolean;
  /** Whether a filter of system calls is on it (seccomp(2), mode 2). */
  readonly hasSeccompFilter: boolean;
  /** how often it gave up its CPU to wait for something; undefined when the text does not tell */
  readonly voluntarySwitches: number | undefined;
}

/**
 * Reads /proc/PID/status. `Name:` is the first line, and the kernel escapes a newline in the name.
 * So the process can forge no line after it.
 */
export function parseStatus(text: string): ProcessStatus {
  const fields = new Map(text.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line] as const));
  const words = (name: string) =>
    (fields.get(name) ?? '')
      .slice(name.length + 1)
      .trim()
      .split(/\s+/)
      .filter(Boolean);
  const mask = (name: string) => BigInt(`0x${words(name)[0] ?? '0'}`);
  return {
    state: words('State')[0] ?? '',
    threadGroup: Number(words('Tgid')[0]),
    tracer: Number(words('TracerPid')[0] ?? 0),
    uid: Number(words('Uid')[1]),
    gid: Number(words('Gid')[1]),
    groups: words('Groups').map(Number),
    pids: words('NSpid').map(Number),
    rssBytes: Number(words('VmRSS')[0] ?? 0) * 1024,
    threads: Number(words('Threads')[0] ?? 0),
    effectiveSet: mask('CapEff'),
    boundingSet: mask('CapBnd'),
    pendingSignals: mask('SigPnd') | mask('ShdPnd'),
    caughtSignals: mask('SigCgt'),
    noNewPrivileges: words('NoNewPrivs')[0] === '1',
    hasSeccompFilter: words('Seccomp')[0] === '2',
    voluntarySwitches: words('voluntary_ctxt_switches').map(Number)[0],
  };
}

/** The numbers of the capabilities in a mask (linux/capability.h). */
export function capabilities(mask: bigint): number[] {
  return Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (mask >> BigInt(bit)) & 1n);
}
