/**
 * The nanoseconds that a thread spent on a CPU or waiting for one, from
 * /proc/PID/task/TID/schedstat (Documentation/scheduler/sched-stats.rst); undefined where the
 * kernel does not count them.
 */
export function parseSchedstat(text: string | undefined): number | undefined {
  const [, ran, waited] = /^(\d+) (\d+) \d+/.exec(text ?? '') ?? [];
  return waited === undefined ? undefined : Number(ran) + Number(waited);
}

/** futex(2) by its number: x86-64, and what all newer architectures have. */
const FUTEX = /^(202|98)$/;
/**
 * FUTEX_WAIT, FUTEX_LOCK_PI and FUTEX_WAIT_BITSET; the bits beside them say of whose memory and by
 * which clock.
 */
const WAITS = [0, 6, 9];
const COMMAND = 0x7f;

/**
 * What a thread that sleeps has asked the kernel for, from /proc/PID/task/TID/syscall
 * (proc_pid_syscall(5)): whether it waits on a futex (futex(2)), until another thread wakes it,
 * without a time limit.
 */
export function parseSyscall(text: string | undefined): { readonly isEndlessFutex: boolean } {
  const [number = '', , operation, , timeout] = (text ?? '').split(' ');
  return {
    isEndlessFutex: FUTEX.test(number) && WAITS.includes(Number(operation) & COMMAND) && Number(timeout) === 0,
  };
}
