/**
 * What dbg uses of /proc/PID/limits (proc_pid_limits(5)): the soft limits, which are in force.
 * null: unlimited.
 */
export interface ProcessLimits {
  /** RLIMIT_NOFILE (getrlimit(2)) */
  readonly openFiles: number | null;
}

/** Reads /proc/PID/limits; undefined for another text, such as that of a process that has ended. */
export function parseProcessLimits(text: string | undefined): ProcessLimits | undefined {
  const soft = /^Max open files +(\d+|unlimited)/m.exec(text ?? '')?.[1];
  return soft === undefined ? undefined : { openFiles: soft === 'unlimited' ? null : Number(soft) };
}

/**
 * All limits of a process by the kernel's names: "Max open files" → "1024, at most 4096 files".
 * Empty for another text.
 */
export function allProcessLimits(text: string | undefined): Map<string, string> {
  const lines = [...(text ?? '').matchAll(/^(Max [a-z ]+?) +(\d+|unlimited) +(\d+|unlimited) *(\w*) *$/gm)];
  return new Map(
    lines.map(([, name, soft, hard, unit]) => [name!, `${soft}, at most ${hard}${unit ? ` ${unit}` : ''}`] as const),
  );
}
