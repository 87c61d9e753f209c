import type { WireEvent } from '../wire/calls/wire-events.ts';

/** So many events are looked ahead; `ss` takes some milliseconds to tell. */
const MOST_EVENTS = 500;

/** Who is at the client's end may be known only when its first calls have ended: gives that right behind the connection's `open`. */
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
    // What stands before a line that is wrong is right.
    yield* ahead;
    throw error;
  }
  yield* ahead;
}
