import { getPriority, setPriority } from 'node:os';

/** A nice value that is so much higher leaves a tenth of the processor, where others want it (sched(7), "The nice value"). */
const NICER = 10;

/**
 * Lets this thread, and no other of dbg's, give way to all that wants the processor, or not any more: Linux has a nice value for each
 * thread (setpriority(2), "C library/kernel differences"). Who may not come back from it (CAP_SYS_NICE) does not give way.
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
