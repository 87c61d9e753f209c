import { expect, test } from 'vitest';
import { followCalls, jsonOf, MOST_KEPT_BYTES, type Call } from '../../../src/api/call.ts';
import type { WireEvent } from '../../../src/api/events.ts';
import { readExchange } from '../../../src/api/http/exchange.ts';

/** The calls of one connection, as they are at last; the time goes on by 1 ms with each event. */
function calls(say: (exchange: ReturnType<typeof readExchange>) => void, error?: string): Call[] {
  let [number, time] = [0, 0];
  const all = new Map<number, Call>();
  const hear = followCalls((call) => all.set(call.number, call));
  const tell = (event: object) => hear({ ...event, connection: 1, time: ++time } as WireEvent);
  tell({ type: 'open' });
  say(readExchange(() => ++number, tell));
  tell({ type: 'peer', peer: 'docker[1]' });
  tell({ type: 'close', first: 'engine', error });
  return [...all.values()];
}

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"Id":"a"}'.slice(0, -1);

test('a call has its answer, its times and its JSON', () => {
  const [call] = calls((exchange) => {
    exchange.client(Buffer.from('GET /v1.41/containers/a/json HTTP/1.1\r\n\r\n'));
    exchange.engine(Buffer.from(ANSWER.replace('"a"', '"b"').replace('Length: 9', 'Length: 10') + '}'));
  });
  expect(call).toMatchObject({ number: 1, response: { status: 200 }, failure: undefined, received: { bytes: 10 } });
  expect(call!.operation.name).toBe('ContainerInspect');
  expect(call!.endedAt).toBeGreaterThan(call!.startedAt);
  expect(jsonOf(call!.received)).toEqual({ Id: 'b' });
});

test('a call that is cut off says so', () => {
  const say = (exchange: ReturnType<typeof readExchange>) => {
    exchange.client(Buffer.from('GET /events HTTP/1.1\r\n\r\n'));
    exchange.engine(Buffer.from(ANSWER.slice(0, -3)));
  };
  expect(calls(say)[0]).toMatchObject({ failure: 'the engine closed the connection', peer: 'docker[1]' });
  expect(calls(say, 'ECONNRESET')[0]).toMatchObject({ failure: 'ECONNRESET' });
});

test('a long body is counted, and not kept', () => {
  const [call] = calls((exchange) => {
    exchange.client(Buffer.from('GET /images/json HTTP/1.1\r\n\r\n'));
    exchange.engine(Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n'));
    exchange.engine(Buffer.alloc(MOST_KEPT_BYTES + 1));
    exchange.engineEnd();
  });
  expect(call!.received).toEqual({ bytes: MOST_KEPT_BYTES + 1, isOver: true, kept: undefined });
  expect(jsonOf(call!.received)).toBeUndefined();
});
