import { retryDelay } from './container-events.ts';
import { eventReader } from '../engine-events.ts';
import type { EngineWay } from '../ways/way.ts';

/** The events after which the list of containers is another one. */
const CHANGES = ['create', 'start', 'die', 'destroy', 'rename', 'pause', 'unpause', 'update'];

/**
 * Calls back when the engine's list of containers may have changed (GET /events), until the
 * function it gives back is called. It also calls back when the stream of events begins and when it
 * ends: what happened meanwhile is in the list alone. A stream that ends is asked for again.
 */
export function watchChanges(way: EngineWay, onEvent: () => void): () => void {
  const delay = retryDelay();
  const filters = JSON.stringify({ type: ['container'], event: CHANGES });
  let isOver = false;
  let next: NodeJS.Timeout | undefined;
  let stop = (): void => undefined;
  function listen(): void {
    let answeredAt: number | undefined;
    const read = eventReader(onEvent);
    stop = way.ask(
      '/events',
      { filters },
      {
        status: (code) => {
          if (code !== 200) return;
          answeredAt = performance.now();
          onEvent();
        },
        data: (piece) => answeredAt !== undefined && read(piece),
        end: () => {
          if (isOver) return;
          if (answeredAt !== undefined) onEvent();
          next = setTimeout(listen, delay.next(answeredAt === undefined ? 0 : performance.now() - answeredAt));
        },
      },
    );
  }
  listen();
  return () => {
    isOver = true;
    clearTimeout(next);
    stop();
  };
}
