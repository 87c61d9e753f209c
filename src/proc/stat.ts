/** What dbg uses of /proc/PID/stat (proc_pid_stat(5)). Times are in clock ticks. */
export interface ProcessStat {
  /** the kernel's name for the process: 15 bytes at most, of any kind */
  readonly command: string;
  /** R, S, D, Z, T, t, I … */
  readonly state: string;
  readonly parent: number;
  /** user and system time together */
  readonly cpuTicks: number;
  /** since boot */
  readonly startTicks: number;
}

/** USER_HZ, in which the kernel counts for people: 100 on every machine that Node runs on (time(7)). */
export const TICKS_PER_SECOND = 100;

/** Field 2, the command in parentheses, may itself hold blanks, newlines and parentheses: the last one ends it. */
export function parseStat(text: string | undefined): ProcessStat | undefined {
  const end = text?.lastIndexOf(')') ?? -1;
  if (text === undefined || end < 0) return undefined;
  const fields = text.slice(end + 2).split(' '); // from field 3 on
  const field = (number: number) => Number(fields[number - 3]);
  return {
    command: text.slice(text.indexOf('(') + 1, end),
    state: fields[0]!,
    parent: field(4),
    cpuTicks: field(14) + field(15),
    startTicks: field(22),
  };
}

/** What dbg uses of /proc/PID/status (proc_pid_status(5)) besides. */
export interface ProcessFacts {
  /** the effective one, as dbg's own user namespace numbers it */
  readonly uid: number;
  /** its number in every pid namespace from dbg's own to its own */
  readonly pids: readonly number[];
  /** 0 for a zombie or a kernel thread, which have no memory */
  readonly rssBytes: number;
}

/** `Name:` comes first, and the kernel escapes a newline in it, so no line after it can be made up by the process. */
export function parseFacts(text: string): ProcessFacts {
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1]?.trim().split(/\s+/) ?? [];
  return {
    uid: Number(field('Uid')[1]),
    pids: field('NSpid').map(Number),
    rssBytes: Number(field('VmRSS')[0] ?? 0) * 1024,
  };
}

/** Seconds since boot: the first number of /proc/uptime. */
export const parseUptime = (text: string): number => Number(text.split(' ')[0]);
