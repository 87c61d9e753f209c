import type { TimeOrder } from '../../timeline/time-order.ts';
import type { TimelineEntry } from '../../timeline/timeline-entry.ts';

/** Hands entries over when it is their turn, as fast as they are taken. */
export interface HandOver {
  begin(order: TimeOrder): void;
  /** Looks again whether there is something to hand over. */
  wake(): void;
  /** Nothing more comes: `ended` resolves once all is handed over. */
  finish(): void;
  readonly ended: Promise<void>;
}

export function handOver(onEntries: (entries: readonly TimelineEntry[]) => void | Promise<void>): HandOver {
  let order: TimeOrder | undefined;
  let [isRunning, isFinished] = [false, false];
  let timer: NodeJS.Timeout | undefined;
  let settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined;
  const ended = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  // Who does not wait for the end hears of a failure by nothing else.
  ended.catch(() => undefined);

  async function run(): Promise<void> {
    for (let batch = order!.take(MOST_AT_ONCE); batch.length > 0; batch = order!.take(MOST_AT_ONCE)) {
      await onEntries(batch);
      // Streams are read between two batches, and signals heard.
      await new Promise((resolve) => void setImmediate(resolve));
    }
  }
  function wake(): void {
    if (isRunning || order === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    const due = order.dueIn();
    if (due === undefined) return isFinished ? settle!.resolve() : undefined;
    if (due > 0) {
      timer = setTimeout(wake, due + GATHER_MS);
      return;
    }
    isRunning = true;
    run().then(
      () => {
        isRunning = false;
        wake();
      },
      (error: unknown) => settle!.reject(error),
    );
  }
  return {
    begin: (its) => {
      order = its;
      wake();
    },
    wake: () => {
      if (timer === undefined) wake();
    },
    finish: () => {
      isFinished = true;
      clearTimeout(timer);
      timer = undefined;
      if (order === undefined) settle!.resolve();
      else wake();
    },
    ended,
  };
}

const MOST_AT_ONCE = 2_000;
/**
 * Entries that come one after another are handed over together: each handing over costs a write.
 */
const GATHER_MS = 25;
