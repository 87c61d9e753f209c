// A process by pid and start time: a pid alone may be another process's by now.
import { readFileSync } from 'node:fs';

export interface Identity {
  readonly pid: number;
  /** Clock ticks after boot. */
  readonly startTime: string;
}

/**
 * Reads a line of /proc/PID/stat. The command's name, in parentheses, may itself hold blanks and parentheses, so fields
 * count from the last ')': the first one there is field 3, the start time is field 22. Undefined for anything else.
 */
export function parseStat(line: string): (Identity & { state: string }) | undefined {
  const pid = /^(\d+) \(/.exec(line)?.[1];
  const close = line.lastIndexOf(')');
  const fields = line
    .slice(close + 2)
    .trim()
    .split(' ');
  const [state, startTime] = [fields[0], fields[22 - 3]];
  if (!pid || close < 0 || !state || !startTime || !/^\d+$/.test(startTime)) return undefined;
  return { pid: Number(pid), startTime, state };
}

/** Whether that very process still lives. A zombie does not: it only waits to be reaped. */
export function isAlive({ pid, startTime }: Identity): boolean {
  const now = parseStat(readOrEmpty(`/proc/${pid}/stat`));
  return now !== undefined && now.startTime === startTime && now.state !== 'Z' && now.state !== 'X';
}

/** When a process started, in milliseconds since 1970. /proc counts 100 ticks a second on every Linux. */
export function startedAt(startTime: string, procStat = readOrEmpty('/proc/stat')): number {
  const boot = Number(/^btime (\d+)$/m.exec(procStat)?.[1] ?? 0);
  return boot * 1000 + Number(startTime) * 10;
}

/** A file's text; '' when it is not there (any more), as files of /proc are. */
export function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
