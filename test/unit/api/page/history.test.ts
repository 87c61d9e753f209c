import { expect, test } from 'vitest';
import type { ConnectionEvent, WireEvent } from '../../../../src/api/wire/calls/wire-events.ts';
import { readExchange } from '../../../../src/api/wire/http/exchange.ts';
import { names } from '../../../../src/api/wire/calls/container-names.ts';
import { history, type HistoryOptions } from '../../../../src/api/page/history.ts';
import { said } from '../wire/conversation.ts';

function heard(events: readonly WireEvent[], options: Partial<HistoryOptions> = {}) {
  const changes: number[] = [];
  const calls = history({ names: names(), changed: (call) => changes.push(call), ...options });
  events.forEach(calls.onEvent);
  return { calls, changes };
}

/** What one connection says, in pieces; `<` in front: from the engine. */
function connection(number: number, pieces: readonly string[], nextCall = () => 1): WireEvent[] {
  const events: WireEvent[] = [];
  let time = 0;
  const tell = (event: ConnectionEvent) => events.push({ ...event, connection: number, time: time++ });
  tell({ type: 'open' });
  const exchange = readExchange(nextCall, tell);
  for (const piece of pieces) {
    if (piece.startsWith('<')) exchange.engine(Buffer.from(piece.slice(1), 'latin1'));
    else exchange.client(Buffer.from(piece, 'latin1'));
  }
  return events;
}

const frame = (stream: number, text: string) =>
  `<${String.fromCharCode(stream)}\0\0\0\0\0\0${String.fromCharCode(text.length)}${text}`;
const LOGS = 'GET /v1.41/containers/web/logs?follow=1 HTTP/1.1\r\nHost: docker\r\n\r\n';
const RAW = '<HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n';
const pieces = (calls: ReturnType<typeof heard>['calls'], call = 1, from = 0) =>
  calls
    .detail(call, from)
    ?.pieces.map(({ stream, base64 }) => [stream, Buffer.from(base64, 'base64').toString('latin1')]);

test('a row for a call', () => {
  const { calls, changes } = heard(said([['GET /v1.41/containers/json?all=1', [{ Id: 'a' }]]]));
  expect(calls.rows()).toEqual([
    {
      number: 1,
      connection: 1,
      lane: 0,
      start: 0,
      answered: 2,
      end: 4,
      peer: '',
      operation: 'ContainerList',
      subject: '',
      method: 'GET',
      path: '/containers/json?all=1',
      status: 200,
      up: 0,
      down: 12,
      protocol: '',
      failure: '',
      pieces: 1,
    },
  ]);
  expect(new Set(changes)).toEqual(new Set([1]));
  expect(pieces(calls)).toEqual([['body', '[{"Id":"a"}]']]);
  expect(calls.detail(1, 0)).toMatchObject({
    request: { method: 'GET' },
    response: { status: 200 },
    next: 1,
    more: false,
  });
});

test('who asked comes after the call has ended', () => {
  const { calls } = heard([...said([['GET /_ping']]), { type: 'peer', peer: 'docker[7]', connection: 1, time: 9 }]);
  expect(calls.row(1)?.peer).toBe('docker[7]');
});

test('streams are told apart, also where a frame comes in parts', () => {
  const { calls } = heard(connection(1, [LOGS, RAW, frame(1, 'out'), '<\u0002\0\0\0\0\0', '<\0\u0003er', '<r']));
  expect(pieces(calls)).toEqual([
    ['stdout', 'out'],
    ['stderr', 'er'],
    ['stderr', 'r'],
  ]);
  expect(pieces(calls, 1, 2)).toEqual([['stderr', 'r']]);
});

test('a hijacked exec: its body, stdin, stdout; a refusal is no stream', () => {
  const exec =
    'POST /v1.41/exec/e1/start HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\n{}';
  const upgraded = '<HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n';
  const { calls } = heard(connection(1, [exec, upgraded, 'in', frame(1, 'out')]));
  expect(pieces(calls)).toEqual([
    ['body', '{}'],
    ['stdin', 'in'],
    ['stdout', 'out'],
  ]);
  const refused = '<HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
  expect(pieces(heard(connection(1, [LOGS, refused])).calls)).toEqual([['body', '{}']]);
});

test('with a terminal, nothing is framed', () => {
  expect(pieces(heard(connection(1, [LOGS, RAW, '<\u001b[1mhi'])).calls)).toEqual([['terminal', '\u001b[1mhi']]);
});

test('what was not to be kept is named', () => {
  const event = { type: 'omitted', call: 1, from: 'client', bytes: 9, digest: 'ab', connection: 1, time: 1 } as const;
  const { calls } = heard([...connection(1, ['POST /auth HTTP/1.1\r\nContent-Length: 9\r\n\r\n']), event]);
  expect(calls.detail(1, 0)?.pieces).toMatchObject([
    { from: 'client', base64: '', omitted: { bytes: 9, digest: 'ab' } },
  ]);
});

test('of many calls the oldest that have ended go, and stay away', () => {
  const open = connection(7, [LOGS, RAW]);
  const others = said(Array.from({ length: 5 }, () => ['GET /_ping'] as const)).map((event) =>
    'call' in event ? { ...event, call: event.call + 1 } : event,
  );
  const { calls } = heard([...open, ...others], { most: { calls: 3 } });
  expect([calls.rows().map(({ number }) => number), calls.gone()]).toEqual([[1, 5, 6], 3]);
  calls.onEvent({ type: 'close', first: 'client', error: undefined, connection: 7, time: 99 });
  heard([]);
  calls.onEvent({ type: 'data', call: 2, from: 'engine', data: Buffer.from('late'), connection: 9, time: 100 });
  expect(calls.rows().map(({ number }) => number)).toEqual([1, 5, 6]);
});

test('of too much, the oldest call gives its bytes first', () => {
  const body = 'x'.repeat(1000);
  const events = said([
    ['GET /images/json', body],
    ['GET /images/json', body],
    ['GET /images/json', body],
  ]);
  const { calls } = heard(events, { most: { bytes: 2600 } });
  expect(calls.rows().map(({ number }) => calls.detail(number, 0)?.leftOut)).toEqual([1002, 0, 0]);
  // The page that asks for more of it is not given the same again.
  expect(calls.detail(1, 0)).toMatchObject({ pieces: [], next: 1 });
});

test('of one body the beginning is kept, of one stream the end', () => {
  const [first, second] = ['a'.repeat(200), 'b'.repeat(200)];
  const head = '<HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n';
  const body = heard(connection(1, ['GET /x HTTP/1.1\r\n\r\n', head, `<${first}`, `<${second}`]), {
    most: { bytesOfOne: 600 },
  });
  expect(pieces(body.calls)).toEqual([['body', first]]);
  expect(body.calls.detail(1, 0)?.leftOut).toBe(200);
  const stream = heard(connection(1, [LOGS, RAW, frame(1, 'a'.repeat(99)), frame(1, 'b'.repeat(99))]), {
    most: { bytesOfOne: 600 },
  });
  expect(pieces(stream.calls)).toEqual([['stdout', 'b'.repeat(99)]]);
  expect(pieces(stream.calls, 1, 1)).toEqual([['stdout', 'b'.repeat(99)]]);
});

test('a large body is given in parts', () => {
  const parts = Array.from({ length: 4 }, () => `<${'x'.repeat(300_000)}`);
  const head = '<HTTP/1.1 200 OK\r\nContent-Length: 1200000\r\n\r\n';
  const { calls } = heard(connection(1, ['GET /x HTTP/1.1\r\n\r\n', head, ...parts]));
  expect(calls.detail(1, 0)).toMatchObject({ next: 2, more: true });
  expect(calls.detail(1, 2)).toMatchObject({ next: 4, more: false });
});

test('connections that are open together have lines of their own', () => {
  let call = 0;
  const ping = (number: number) => connection(number, ['GET /_ping HTTP/1.1\r\n\r\n'], () => ++call);
  const close = { type: 'close', first: 'client', error: undefined, connection: 1, time: 9 } as const;
  const { calls } = heard([...ping(1), ...ping(2), close, ...ping(3), ...ping(4)]);
  expect(calls.rows().map(({ connection: of, lane }) => [of, lane])).toEqual([
    [1, 0],
    [2, 1],
    [3, 0],
    [4, 2],
  ]);
});

test('a cell is short, whatever was sent', () => {
  const { calls } = heard(connection(1, [`GET /${'a'.repeat(5000)} HTTP/1.1\r\n\r\n`]));
  expect(calls.row(1)?.path).toHaveLength(401);
});
