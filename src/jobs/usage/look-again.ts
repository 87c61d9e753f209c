import type { Context } from '../../context.ts';
import { DbgError } from '../../errors.ts';
import type { UsageNews } from './usage-wish.ts';

/** Between two looks, however much is told. */
const GAP_MS = 200;
/** Between two looks while nothing is told: this is how dbg notices that an engine hangs. */
const HEARTBEAT_MS = 5_000;
/** The same while the engine does not answer. */
const LOST_MS = 1_000;

/**
 * Looks at the engine's list again whenever `soon` is called, and now and then without that, until
 * `stop` is called. It tells when the engine stops answering, and when it answers again.
 */
export function lookAgain(
  { clock }: Pick<Context, 'clock'>,
  look: () => Promise<unknown>,
  onEvent: (news: UsageNews) => void,
): { soon(): void; stop(): void } {
  let lastAt = clock();
  let isLooking = false;
  let isWanted = false;
  let isLost = false;
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;

  const lookIn = (milliseconds: number) => {
    clearTimeout(timer);
    if (!isOver) timer = setTimeout(() => void run(), Math.max(0, milliseconds));
  };
  async function run(): Promise<void> {
    isLooking = true;
    isWanted = false;
    const failure = await look().then(
      () => undefined,
      (error: unknown) => error,
    );
    isLooking = false;
    lastAt = clock();
    if (isOver) return;
    if (failure !== undefined && !(failure instanceof DbgError)) throw failure;
    if (failure !== undefined && !isLost) onEvent({ kind: 'engine lost', why: failure.message });
    if (failure === undefined && isLost) onEvent({ kind: 'engine back' });
    isLost = failure !== undefined;
    lookIn(isWanted ? GAP_MS : isLost ? LOST_MS : HEARTBEAT_MS);
  }
  lookIn(HEARTBEAT_MS);
  return {
    soon: () => {
      if (isWanted) return;
      isWanted = true;
      if (!isLooking) lookIn(lastAt + GAP_MS - clock());
    },
    stop: () => {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
