import type { Engine } from '../../engine/engine.ts';

/**
 * Asks the engine every few seconds whether it is there, and calls back when it has not answered
 * for that long, and when it answers again. A process that was stopped, or that waits for its disk,
 * keeps its connections: only asking tells. Gives the function that ends it.
 */
export function engineHangs(
  engine: Pick<Engine, 'within'>,
  onEvent: (isHanging: boolean, forMs: number) => void,
  clock: () => number,
): () => void {
  let hangsSince: number | undefined;
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;

  async function ask(): Promise<void> {
    const asked = clock();
    const hasAnswered = await engine
      .within(PATIENCE_MS)
      .version()
      .then(
        () => true,
        // An engine that refuses or is gone does not hang: that is told by the stream of its
        // events.
        () => clock() - asked < PATIENCE_MS,
      );
    if (isOver) return;
    if (!hasAnswered && hangsSince === undefined) {
      hangsSince = asked;
      onEvent(true, clock() - asked);
    } else if (hasAnswered && hangsSince !== undefined) {
      onEvent(false, clock() - hangsSince);
      hangsSince = undefined;
    }
    timer = setTimeout(() => void ask(), EVERY_MS);
  }
  timer = setTimeout(() => void ask(), EVERY_MS);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

const PATIENCE_MS = 4_000;
const EVERY_MS = 3_000;
