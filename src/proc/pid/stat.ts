/** What dbg uses of /proc/PID/stat (proc_pid_stat(5)). Times are in clock ticks. */
export interface ProcessStat {
  /** the kernel's name for the process: 15 bytes at most, of any kind */
  readonly command: string;
  /** R, S, D, Z, T, t, I … */
  readonly state: string;
  readonly parent: number;
  /** its process group */
  readonly group: number;
  /** the process group in the foreground of its terminal; -1 when it has no terminal */
  readonly foreground: number;
  /** the kernel's flags for the process: PF_EXITING and others (linux/sched.h) */
  readonly flags: number;
  /** user and system time together */
  readonly cpuTicks: number;
  /** since boot */
  readonly startTicks: number;
}

/**
 * USER_HZ, the unit in which the kernel counts time for programs: 100 on every machine that Node
 * runs on (time(7)).
 */
export const TICKS_PER_SECOND = 100;

/** Reads /proc/PID/stat; undefined for another text, such as that of a process that has ended. */
export function parseStat(text: string | undefined): ProcessStat | undefined {
  // Field 2, the command in parentheses, may itself hold blanks, newlines and parentheses. The last
  // parenthesis ends it.
  const end = text?.lastIndexOf(')') ?? -1;
  if (text === undefined || end < 0) return undefined;
  const fields = text.slice(end + 2).split(' '); // from field 3 on
  const field = (number: number) => Number(fields[number - 3]);
  return {
    command: text.slice(text.indexOf('(') + 1, end),
    state: fields[0]!,
    parent: field(4),
    group: field(5),
    foreground: field(8),
    flags: field(9),
    cpuTicks: field(14) + field(15),
    startTicks: field(22),
  };
}

/**
 * When a process started, in clock ticks since boot, as a word for scripts. With the pid it is the
 * identity of a process. undefined for a text without such a field.
 */
export function parseStartTime(text: string | undefined): string | undefined {
  const ticks = parseStat(text)?.startTicks;
  return ticks === undefined || Number.isNaN(ticks) ? undefined : String(ticks);
}

/**
 * Whether a process has ended. One that is a zombie, which nobody has waited for, or about to
 * vanish (states Z and X) has. So has one that is exiting: it leaves its namespaces before it
 * becomes a zombie (do_exit in the kernel).
 */
export const isDead = (stat: ProcessStat | undefined): boolean =>
  stat !== undefined && (/^[ZX]$/.test(stat.state) || (stat.flags & PF_EXITING) !== 0);

const PF_EXITING = 4;

/** Seconds since boot: the first number of /proc/uptime. */
export const parseUptime = (text: string): number => Number(text.split(' ')[0]);
