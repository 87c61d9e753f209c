import type { WireEvent } from '../../../../src/api/wire/calls/wire-events.ts';
import { readExchange } from '../../../../src/api/wire/http/exchange.ts';
import { wholeCalls, type WholeCall } from '../../../../src/api/recordings/whole-call.ts';

type Piece = readonly ['client' | 'engine', string | Buffer];

/** The calls of a connection on which these bytes went, a second apart, the first in the second 0 of 2026. */
export function callsOf(pieces: readonly Piece[], more: readonly object[] = []): WholeCall[] {
  const calls: WholeCall[] = [];
  const onEvent = wholeCalls((call) => calls.push(call));
  let time = Date.parse('2026-01-01T00:00:00Z');
  let number = 0;
  const exchange = readExchange(
    () => ++number,
    (event) => onEvent({ ...event, connection: 1, time }),
  );
  for (const [side, bytes] of pieces) {
    exchange[side](typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    time += 1000;
  }
  for (const event of more) onEvent({ connection: 1, time, ...event } as WireEvent);
  onEvent({ type: 'close', first: 'engine', error: undefined, connection: 1, time });
  return calls;
}

/** A request with a body, in two pieces: head and body. */
export function request(first: string, body: string | Buffer = '', headers: readonly string[] = []): Piece[] {
  const bytes = Buffer.from(body);
  const lines = [
    `${first} HTTP/1.1`,
    'Host: docker',
    ...headers,
    ...(bytes.length ? [`Content-Length: ${bytes.length}`] : []),
  ];
  return [['client', `${lines.join('\r\n')}\r\n\r\n`], ...(bytes.length ? [['client', bytes] as const] : [])];
}

export function answer(first: string, body: string | Buffer, headers: readonly string[] = []): Piece {
  const bytes = Buffer.from(body);
  const head = [`HTTP/1.1 ${first}`, ...headers, `Content-Length: ${bytes.length}`].join('\r\n');
  return ['engine', Buffer.concat([Buffer.from(`${head}\r\n\r\n`), bytes])];
}
