import type { Counts } from './counts.ts';

/**
 * Waits until tcpdump has taken all packets that the kernel had received for it when it first
 * answered. What comes later is not waited for, as a flood has no end. Resolves with the number of
 * those packets; undefined when tcpdump never answered.
 * @param ask asks for newer counts; undefined when tcpdump has not answered in time, as when it
 *   waits for its reader
 */
export async function drain(ask: () => Promise<Counts | undefined>): Promise<number | undefined> {
  let target: number | undefined;
  let captured = -1;
  let [grew, heard] = [performance.now(), performance.now()];
  for (;;) {
    const counts = await ask();
    const now = performance.now();
    if (counts) {
      heard = now;
      target ??= counts.received - counts.dropped;
      if (counts.captured >= target) return target;
      if (counts.captured > captured) [captured, grew] = [counts.captured, now];
    }
    // By now each block of the ring has been handed over. What tcpdump has not taken will not come.
    if (now - heard > SILENT_MS || (counts && now - grew > RETIRE_MS)) return target;
    if (counts) await new Promise((resolve) => void setTimeout(resolve, STEP_MS));
  }
}

/**
 * How long the kernel may keep packets of a quiet wire in a block of its ring. tcpdump asks libpcap
 * for one second; on a busy machine tcpdump comes to them later.
 */
const RETIRE_MS = 2_000;
/** A tcpdump that does not answer for so long is stopped, or its reader has stopped reading. */
const SILENT_MS = 5_000;
const STEP_MS = 50;

/**
 * Packets that the kernel had received and tcpdump had not taken when a capture was ended. `before`
 * came before the capture was told to end, `after` came after that.
 */
export interface LeftOut {
  readonly before: number;
  readonly after: number;
}

/** Computes what a capture left out from the number that `drain` gave and the counts at the end. */
export function leftOut(target: number | undefined, { captured, received, dropped }: Counts): LeftOut {
  const before = Math.max(0, (target ?? 0) - captured);
  return { before, after: Math.max(0, received - dropped - captured - before) };
}
