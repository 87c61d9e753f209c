/**
 * The nanoseconds that a thread spent on a CPU or waiting for one, from
 * /proc/PID/task/TID/schedstat (Documentation/scheduler/sched-stats.rst); undefined where the
 * kernel does not count them.
 */
export function parseSchedstat(text: string | undefined): number | undefined {
  const [, ran, waited] = /^(\d+) (\d+) \d+/.exec(text ?? '') ?? [];
  return waited === undefined ? undefined : Number(ran) + Number(waited);
}

/** The number of futex(2): on x86-64, and on all newer architectures. */
const FUTEX = /^(202|98)$/;
/**
 * FUTEX_WAIT, FUTEX_LOCK_PI and FUTEX_WAIT_BITSET, without the bits that say whether the memory is
 * private and which clock counts.
 */
const WAITS = [0, 6, 9];
const COMMAND = 0x7f;

/**
 * What a sleeping thread has asked the kernel for, from /proc/PID/task/TID/syscall
 * (proc_pid_syscall(5)). `isEndlessFutex`: it waits on a futex (futex(2)) until another thread
 * wakes it, without a time limit.
 */
export function parseSyscall(text: string | undefined): { readonly isEndlessFutex: boolean } {
  const [number = '', , operation, , timeout] = (text ?? '').split(' ');
  return {
    isEndlessFutex: FUTEX.test(number) && WAITS.includes(Number(operation) & COMMAND) && Number(timeout) === 0,
  };
}
