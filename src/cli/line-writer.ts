import { textStore } from '../api/beside/text-store.ts';
import type { OutputFile } from '../host/host-files.ts';

/** Prints lines, without holding up the traffic. */
export interface LineWriter {
  print(text: string): void;
  /**
   * Prints a text, which is left out where reading is late. Only a text that is printed is made.
   */
  printIfInTime(make: () => string): void;
  /** Backpressure: resolves when the reader has caught up. undefined when it is not behind. */
  drained(): Promise<void> | undefined;
  /** Resolves when all is written; nothing may be printed after. */
  end(): Promise<void>;
}

/**
 * How many bytes wait at most for a slow reader, a pager perhaps. Lines that come then are counted,
 * and left out.
 */
const MOST_WAITING = 8_388_608;

/**
 * Lines that come within GATHER_MS go in one write. After a write of many lines, the next gathers
 * for longer, up to MOST_GATHER_MS. A timer and a write for one line cost 150 µs where the
 * processor had gone to sleep, as much as three calls.
 */
const [GATHER_MS, MOST_GATHER_MS] = [10, 50];

/**
 * Prints to a file without ever waiting for it. Node writes to its own stdout and stderr
 * synchronously where they are pipes: a pager that does not read would hold up the traffic.
 * - `failed` is called once, when nobody can read any more.
 * - `isLate` says whether so much waits to be read from the wire that the traffic would soon wait.
 */
export function lineWriter(
  to: OutputFile,
  failed: (error: Error) => void,
  isLate: () => boolean = () => false,
): LineWriter {
  const store = textStore();
  let count = 0;
  let leftOut = 0;
  let writing: Promise<void> | undefined;
  let isOver = false;

  async function write(): Promise<void> {
    let gather = GATHER_MS;
    while ((store.length() > 0 || leftOut > 0) && !isOver) {
      await new Promise((resolve) => setTimeout(resolve, gather));
      gather = Math.min(MOST_GATHER_MS, GATHER_MS + count);
      if (leftOut > 0) store.add(`… ${leftOut} lines left out: they came too fast\n`);
      const parts = store.take();
      count = 0;
      leftOut = 0;
      const { error } = await to.write(parts);
      if (error === undefined) continue;
      isOver = true;
      failed(error);
    }
    writing = undefined;
  }

  function printOr(isTooMuch: boolean, make: () => string): void {
    if (isOver) return;
    if (isTooMuch || store.length() > MOST_WAITING) {
      leftOut++;
    } else {
      store.add(make());
      count++;
    }
    writing ??= write();
  }

  return {
    print: (text) => printOr(false, () => text),
    printIfInTime: (make) => printOr(isLate(), make),
    drained: () => (store.length() > MOST_WAITING / 2 ? writing : undefined),
    end: async () => writing,
  };
}
