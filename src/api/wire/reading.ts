import { errorMessage } from '../../errors.ts';
import { completed, type ConnectionEvent, type WireListener } from './calls/wire-events.ts';
import { readExchange, type Exchange } from './http/exchange.ts';
import type { Closing, CrossingListener } from './crossing.ts';

/** Reads what crosses connections, and gives `onEvent` the events of their calls. */
export function reading(onEvent: WireListener): CrossingListener {
  const exchanges = new Map<number, Exchange>();
  let calls = 0;
  /** the time of the crossing that is being read */
  let now = 0;

  const begin = (connection: number) => {
    const tell = (event: ConnectionEvent) => onEvent(completed(event, connection, now));
    exchanges.set(
      connection,
      safe(
        readExchange(() => ++calls, tell),
        (reason) => tell({ type: 'unread', call: ++calls, from: 'client', reason }),
      ),
    );
    tell({ type: 'open' });
  };

  return (what, connection, time, bytes) => {
    now = time;
    switch (what) {
      case 'open':
        return begin(connection);
      case 'peer':
        if (bytes.length > 0) onEvent({ type: 'peer', peer: bytes.toString(), connection, time });
        return;
      case 'close': {
        exchanges.delete(connection);
        const { first, error } = JSON.parse(bytes.toString()) as Closing;
        return onEvent({ type: 'close', first, error, connection, time });
      }
      default:
        exchanges.get(connection)?.[what](bytes);
        if (what === 'clientEnd') onEvent({ type: 'client-end', connection, time });
    }
  };
}

/**
 * The reader of one connection, made safe: when it fails, it calls `failed` and reads no more of
 * this connection. The other connections are still read.
 */
function safe(exchange: Exchange, failed: (reason: string) => void): Exchange {
  let reads = true;
  const attempt = (read: (piece: Buffer) => void) => (piece: Buffer) => {
    if (!reads) return;
    try {
      read(piece);
    } catch (error) {
      reads = false;
      failed(`dbg cannot read it: ${errorMessage(error)}`);
    }
  };
  return {
    client: attempt(exchange.client),
    engine: attempt(exchange.engine),
    clientEnd: attempt(exchange.clientEnd) as () => void,
    engineEnd: attempt(exchange.engineEnd) as () => void,
  };
}
