import type { WireEvent } from '../../../../src/api/wire/calls/wire-events.ts';
import { readExchange } from '../../../../src/api/wire/http/exchange.ts';

/** The events of one connection on which these calls went one after another: "METHOD TARGET", and what was answered, as JSON. */
export function said(calls: readonly (readonly [string, unknown?])[]): WireEvent[] {
  const events: WireEvent[] = [];
  let time = 0;
  let call = 0;
  const exchange = readExchange(
    () => ++call,
    (event) => events.push({ ...event, connection: 1, time: time++ }),
  );
  for (const [request, answer = {}] of calls) {
    const body = JSON.stringify(answer);
    exchange.client(Buffer.from(`${request} HTTP/1.1\r\nHost: docker\r\n\r\n`));
    exchange.engine(
      Buffer.from(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      ),
    );
  }
  return events;
}
