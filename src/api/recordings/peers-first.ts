import type { WireEvent } from '../wire/calls/wire-events.ts';

/** How many events are looked ahead. `ss` takes some milliseconds to tell who a client is. */
const MOST_EVENTS = 500;

/**
 * Gives each `peer` event right behind the `open` of its connection. In a recording it may stand
 * behind the first calls: who the client is may be known only when these have ended.
 */
export async function* peersFirst(events: AsyncIterable<WireEvent>): AsyncGenerator<WireEvent> {
  const ahead: WireEvent[] = [];
  try {
    for await (const event of events) {
      const opened =
        event.type === 'peer'
          ? ahead.findIndex(({ type, connection }) => type === 'open' && connection === event.connection)
          : -1;
      if (opened < 0) ahead.push(event);
      else ahead.splice(opened + 1, 0, event);
      if (ahead.length > MOST_EVENTS) yield ahead.shift()!;
    }
  } catch (error) {
    // A line of the recording is wrong. The events before it are right.
    yield* ahead;
    throw error;
  }
  yield* ahead;
}
