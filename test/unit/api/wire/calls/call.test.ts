import { expect, test } from 'vitest';
import { followCalls, jsonOf, MOST_KEPT_BYTES, type Call } from '../../../../../src/api/wire/calls/call.ts';
import { CUT_OFF, type ConnectionEvent } from '../../../../../src/api/wire/calls/wire-events.ts';
import { readExchange } from '../../../../../src/api/wire/http/exchange.ts';

/** The calls of one connection, as they are at the end. */
function calls(converse: (exchange: ReturnType<typeof readExchange>, tell: (event: ConnectionEvent) => void) => void) {
  const found = new Map<number, Call>();
  const ends: number[] = [];
  let number = 0;
  let time = 100;
  const onEvent = followCalls((call) => {
    found.set(call.number, call);
    if (call.endedAt !== undefined) ends.push(call.number);
  });
  const tell = (event: ConnectionEvent) => onEvent({ ...event, connection: 7, time: time++ });
  tell({ type: 'open' });
  converse(
    readExchange(() => ++number, tell),
    tell,
  );
  return { all: [...found.values()], ends };
}

const REQUEST = Buffer.from(
  'POST /containers/create?name=a HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}',
);
const ANSWER = Buffer.from(
  'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"b":2}',
);

test('a call: what was asked, what was answered, when, how much', () => {
  const { all, ends } = calls(({ client, engine }) => {
    client(REQUEST);
    engine(ANSWER);
  });
  const [call] = all;
  expect(ends).toEqual([1]);
  expect(call).toMatchObject({
    number: 1,
    connection: 7,
    operation: { name: 'ContainerCreate' },
    response: { status: 201 },
  });
  expect([call!.startedAt < call!.answeredAt!, call!.answeredAt! < call!.endedAt!]).toEqual([true, true]);
  expect([jsonOf(call!.sent), jsonOf(call!.received), call!.sent.bytes]).toEqual([{ a: 1 }, { b: 2 }, 7]);
  expect([call!.failure, call!.protocol]).toEqual([undefined, undefined]);
});

test('who asked is told of a call that began before it was known', () => {
  const { all } = calls(({ client, engine }, tell) => {
    client(REQUEST);
    engine(ANSWER);
    tell({ type: 'peer', peer: 'docker[1]' });
  });
  expect(all[0]!.peer).toBe('docker[1]');
});

test.for([
  ['without an answer', '', undefined, 'the engine closed the connection'],
  ['with half an answer', ANSWER.subarray(0, -2).toString(), undefined, 'the engine closed the connection'],
  ['with an error', '', 'it was cut', 'it was cut'],
] as const)('a connection that ends %s', ([, answer, error, failure]) => {
  const { all, ends } = calls(({ client, engine, engineEnd }, tell) => {
    client(REQUEST);
    engine(Buffer.from(answer));
    engineEnd();
    tell({ type: 'close', first: 'engine', error });
  });
  expect([all[0]!.failure, ends]).toEqual([failure, [1]]);
});

test('a stream ends with its connection, and that is no failure', () => {
  const { all, ends } = calls(({ client, engine }, tell) => {
    client(Buffer.from('POST /exec/e/start HTTP/1.1\r\nUpgrade: tcp\r\nContent-Length: 2\r\n\r\n{}stdin'));
    engine(Buffer.from('HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\noutput'));
    tell({ type: 'close', first: 'client', error: undefined });
  });
  expect(all[0]).toMatchObject({ protocol: 'tcp', failure: undefined, sent: { bytes: 7 }, received: { bytes: 6 } });
  expect(ends).toEqual([1]);
});

test.for([
  ['h2c', CUT_OFF, undefined],
  ['h2c', 'it was cut', 'it was cut'],
  ['tcp', CUT_OFF, CUT_OFF],
])('a stream of %s that ends with "%s"', ([protocol, error, failure]) => {
  for (const first of ['client', 'engine'] as const) {
    const { all, ends } = calls(({ client, engine }, tell) => {
      client(Buffer.from(`POST /grpc HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`));
      engine(Buffer.from(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${protocol}\r\n\r\nSETTINGS`));
      tell({ type: 'close', first, error });
    });
    expect([all[0]!.protocol, all[0]!.failure, ends]).toEqual([protocol, failure, [1]]);
  }
});

test('HTTP/2 from its first byte on is closed so too', () => {
  const { all } = calls(({ client }, tell) => {
    client(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'));
    tell({ type: 'close', first: 'client', error: CUT_OFF });
  });
  expect(all[0]).toMatchObject({ protocol: 'h2c', failure: undefined });
});

test('an answer that came before all was sent, and ended the connection, is none either', () => {
  const { all } = calls(({ client, engine }, tell) => {
    client(REQUEST.subarray(0, -3));
    engine(ANSWER);
    tell({ type: 'close', first: 'engine', error: undefined });
  });
  expect(all[0]).toMatchObject({ failure: undefined, response: { status: 201 } });
});

test('JSON is kept up to a bound; what is none, and what was omitted, is counted alone', () => {
  const large = Buffer.from(JSON.stringify('x'.repeat(MOST_KEPT_BYTES)));
  const { all } = calls(({ client, engine }) => {
    client(REQUEST);
    engine(Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${large.length}\r\n\r\n`));
    engine(large);
    client(REQUEST);
    engine(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"b":2}'));
    client(REQUEST);
    engine(Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n{"b'));
  });
  expect(all.map(({ received }) => [received.bytes, received.kept, jsonOf(received)])).toEqual([
    [large.length, undefined, undefined],
    [7, undefined, undefined],
    [3, [Buffer.from('{"b')], undefined],
  ]);
  const omitted = calls(({ client }, tell) => {
    client(REQUEST.subarray(0, -3));
    tell({ type: 'omitted', call: 1, from: 'client', bytes: 500, digest: 'x' });
  });
  expect(omitted.all[0]!.sent).toMatchObject({ bytes: 504, kept: undefined });
});

test('what is no HTTP is a call of its own, that failed', () => {
  const { all } = calls(({ client }) => client(Buffer.from('what\r\n\r\n')));
  expect(all[0]).toMatchObject({
    request: undefined,
    operation: { name: '' },
    failure: expect.stringContaining('the client does not speak HTTP'),
  });
});
