import type { Host } from './host.ts';

/**
 * In bytes, enough for a thousand containers on one host: a line has a few hundred bytes, and some
 * 4 KiB for a file system of 40 image layers.
 */
const LIMIT = 16 << 20;

/**
 * The text of /proc/PID/mountinfo (proc_pid_mountinfo(5)). Empty when it may not be read or the
 * process is gone; of a longer text, only the beginning.
 */
export const mountInfo = (host: Host, pid: number | 'self' = 'self'): string =>
  host.read(`/proc/${pid}/mountinfo`, LIMIT) ?? '';
