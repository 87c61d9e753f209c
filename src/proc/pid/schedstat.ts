/**
 * How many times longer a process took for its work than it would have taken alone, from
 * /proc/PID/schedstat: the nanoseconds in which it ran, the nanoseconds in which it waited for a
 * processor, and how often it ran (sched-stats.rst of the kernel's documentation). 1 where the
 * text is missing (a kernel without CONFIG_SCHED_INFO) or another.
 */
export function slowdown(text: string | undefined): number {
  const [ran, waited] =
    /^(\d+) (\d+) \d+\n?$/
      .exec(text ?? '')
      ?.slice(1)
      .map(Number) ?? [];
  return ran === undefined || waited === undefined || ran === 0 ? 1 : (ran + waited) / ran;
}
