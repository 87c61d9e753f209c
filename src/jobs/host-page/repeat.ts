/** Work that is done again and again. */
export interface Repeated {
  /** Does it as soon as it may be done again. */
  soon(): void;
  stop(): void;
}

/**
 * Does work again and again, one at a time, until it is stopped: `everyMs` after the beginning of
 * the last time, but with a pause of at least `rest` times as long as the work took. So its cost is
 * bounded, however much there is to do. `soon` shortens the first of the two only.
 */
export function repeat(
  work: () => Promise<void>,
  { everyMs, rest, clock }: { readonly everyMs: number; readonly rest: number; readonly clock: () => number },
): Repeated {
  let timer: NodeJS.Timeout | undefined;
  let mayBegin = 0;
  let isWorking = false;
  let isWanted = false;
  let isOver = false;

  const at = (time: number) => {
    clearTimeout(timer);
    if (!isOver) timer = setTimeout(() => void run(), Math.max(0, time - clock()));
  };
  async function run(): Promise<void> {
    isWorking = true;
    isWanted = false;
    const began = clock();
    await work();
    isWorking = false;
    mayBegin = clock() + rest * (clock() - began);
    at(isWanted ? mayBegin : Math.max(mayBegin, began + everyMs));
  }
  at(0);
  return {
    soon: () => {
      isWanted = true;
      if (!isWorking) at(mayBegin);
    },
    stop: () => {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
