import { getPriority, setPriority } from 'node:os';

/**
 * A nice value that is higher by 10 leaves a thread a tenth of the processor, when others want it
 * (sched(7), "The nice value").
 */
const NICER = 10;

/**
 * Gives a function that makes this thread, and no other of dbg's, give way to all that wants the
 * processor, or stop giving way. Linux has a nice value for each thread (setpriority(2), "C
 * library/kernel differences"). A thread that may not lower its nice value again (CAP_SYS_NICE)
 * does not give way at all.
 */
export function priority(): (givesWay: boolean) => void {
  const own = getPriority();
  try {
    setPriority(Math.min(19, own + 1));
    setPriority(own);
  } catch {
    return () => undefined;
  }
  let nice = own;
  return (givesWay) => {
    const wanted = givesWay ? Math.min(19, own + NICER) : own;
    if (wanted !== nice) setPriority((nice = wanted));
  };
}
