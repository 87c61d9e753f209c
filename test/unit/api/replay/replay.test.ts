import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WireEvent } from '../../../../src/api/events.ts';
import { readExchange } from '../../../../src/api/http/exchange.ts';
import { redacted } from '../../../../src/api/redact/redact.ts';
import { loadCalls } from '../../../../src/api/replay/load.ts';
import { serveReplay } from '../../../../src/api/replay/serve.ts';

type Turn = readonly [
  from: 'client' | 'engine' | 'client end' | 'engine end' | 'close' | 'client gone',
  text?: string,
  at?: number,
];

/** What a recording of these turns, each after 1 ms or at a time of its own, has. */
function recorded(turns: readonly Turn[], secret = false): WireEvent[] {
  const events: WireEvent[] = [];
  const stage = secret ? redacted((event) => events.push(event)) : (event: WireEvent) => void events.push(event);
  let [time, call] = [0, 0];
  const exchange = readExchange(
    () => ++call,
    (event) => stage({ ...event, connection: 1, time }),
  );
  for (const [from, text = '', at = time + 1] of turns) {
    time = at;
    const bytes = Buffer.from(text, 'latin1');
    if (from === 'client') exchange.client(bytes);
    else if (from === 'engine') exchange.engine(bytes);
    else if (from === 'client end') {
      exchange.clientEnd();
      stage({ type: 'client-end', connection: 1, time });
    } else if (from === 'engine end') exchange.engineEnd();
    else if (from === 'close') stage({ type: 'close', first: 'engine', error: undefined, connection: 1, time });
    else stage({ type: 'close', first: 'client', error: 'EPIPE', connection: 1, time });
  }
  return events;
}

let folder: string;
let server: Server;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dbg-replay-'));
  server = createServer({ allowHalfOpen: true });
});
afterEach(async () => {
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true });
});

async function replaying(turns: readonly Turn[], { speed = Infinity, secret = false } = {}) {
  const { hear, calls } = loadCalls();
  recorded(turns, secret).forEach(hear);
  const said = { failed: [] as string[], alike: [] as string[] };
  serveReplay(server, {
    calls: calls(),
    speed,
    failed: (message) => said.failed.push(message),
    alike: (asked) => said.alike.push(asked),
  });
  const path = join(folder, 's');
  await new Promise<void>((done) => void server.listen(path, done));
  return { path, said };
}

/** What a client gets that sends these pieces when it has got what stands before them, and then half-closes. */
function talk(path: string, pieces: readonly (string | { readonly after: string; readonly send: string })[]) {
  return new Promise<string>((done) => {
    const socket = connect({ path, allowHalfOpen: true });
    let text = '';
    const left = [...pieces];
    const go = () => {
      while (left.length > 0) {
        const [next] = left;
        if (typeof next !== 'string' && !text.includes(next!.after)) return;
        left.shift();
        socket.write(Buffer.from(typeof next === 'string' ? next : next!.send, 'latin1'));
      }
      if (!socket.writableEnded) socket.end();
    };
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
      go();
    });
    socket
      .on('end', () => socket.destroy())
      .on('error', () => undefined)
      .on('close', () => done(text));
    go();
  });
}

const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: d\r\n\r\n`;
const post = (target: string, body: string) =>
  `POST ${target} HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe('answers', () => {
  test('byte for byte: lengths, chunks, HEAD, no content', async () => {
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n';
    const none = 'HTTP/1.1 204 No Content\r\n\r\n';
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n';
    const { path, said } = await replaying([
      ['client', get('/v1.41/a')],
      ['engine', ok('one')],
      ['client', get('/b')],
      ['engine', chunked],
      ['client', post('/c', '{}')],
      ['engine', none],
      ['client', 'HEAD /_ping HTTP/1.1\r\n\r\n'],
      ['engine', head],
    ]);
    const asked = [get('/b'), post('/v1.43/c', '{}'), 'HEAD /_ping HTTP/1.1\r\n\r\n', get('/a')];
    expect(await talk(path, [asked.join('')])).toBe(chunked + none + head + ok('one'));
    expect(said).toEqual({ failed: [], alike: [] });
  });

  test('what the engine did because the client had left is not done again', async () => {
    const begin = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n';
    const turns: Turn[] = [
      ['client', get('/containers/a/logs?follow=1')],
      ['engine', begin],
      ['client end'],
      ['engine', '3\r\nend\r\n0\r\n\r\n'],
    ];
    const { path } = await replaying([...turns, ['client gone']]);
    const socket = connect(path);
    socket.write(get('/containers/a/logs?follow=1'));
    let text = '';
    socket.on('data', (piece) => (text += piece.toString()));
    await expect.poll(() => text).toBe(begin);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([text, socket.readyState]).toEqual([begin, 'open']);
    socket.destroy();
  });

  test('a client that left before any answer is left to wait', async () => {
    const { path, said } = await replaying([
      ['client', get('/a')],
      ['client end'],
      ['engine', ok('context canceled')],
      ['client gone'],
    ]);
    const socket = connect(path);
    socket.write(get('/a'));
    let text = '';
    socket.on('data', (piece) => (text += piece.toString()));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([text, socket.readyState, said.failed]).toEqual(['', 'open', []]);
    socket.destroy();
  });

  test('a client that half-closes, and stays, has its answer', async () => {
    const { path } = await replaying([['client', get('/a')], ['client end'], ['engine', ok('1')], ['close']]);
    expect(await talk(path, [get('/a')])).toBe(ok('1'));
  });

  test('in their order, then the last one again', async () => {
    const { path } = await replaying([
      ['client', get('/a')],
      ['engine', ok('1')],
      ['client', get('/a')],
      ['engine', ok('2')],
    ]);
    expect(await talk(path, [get('/a') + get('/a') + get('/a')])).toBe(ok('1') + ok('2') + ok('2'));
  });

  test('by what is meant: the order of parameters and members, JSON in a parameter', async () => {
    const { path, said } = await replaying([
      ['client', post('/x?b=2&f=%7B%22a%22%3A1%2C%22b%22%3A2%7D', '{"A":1,"B":[1,2]}')],
      ['engine', ok('x')],
    ]);
    expect(await talk(path, [post('/x?f=%7B%22b%22%3A2%2C%22a%22%3A1%7D&b=2', '{ "B": [1,2], "A": 1 }')])).toBe(
      ok('x'),
    );
    expect(await talk(path, [post('/x?b=2', '{"B":[2,1],"A":1}')])).toContain('501');
    expect(said.failed).toHaveLength(1);
  });

  test('what is said of a call that was not recorded is without secrets', async () => {
    const { path, said } = await replaying([
      ['client', get('/build?buildargs=%7B%22TOKEN%22%3A%22s3cret1%22%7D')],
      ['engine', ok('1')],
    ]);
    const answer = await talk(path, [get('/build?t=x&buildargs=%7B%22TOKEN%22%3A%22s3cret2%22%7D')]);
    expect(answer).toContain('not in the recording: GET /build?t=x&buildargs=');
    expect([answer, ...said.failed].join()).not.toContain('s3cret');
  });

  test('a secret that was redacted fits any; the answer’s length is what it has now', async () => {
    const long = JSON.stringify({ IdentityToken: 'x'.repeat(100) });
    const json = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${long.length}\r\n\r\n${long}`;
    const turns: Turn[] = [
      ['client', post('/auth', '{"username":"ann","password":"one"}')],
      ['engine', json],
    ];
    const { path } = await replaying(turns, { secret: true });
    const short = '{"IdentityToken":"[redacted]"}';
    const answer = await talk(path, [post('/auth', '{"username":"ann","password":"another"}')]);
    expect(answer).toBe(json.replace(`: ${long.length}`, `: ${short.length}`).replace(long, short));
  });

  test('times and sizes of terminals may differ, and it is told', async () => {
    const { path, said } = await replaying([
      ['client', get('/events?until=1&filters=%7B%7D')],
      ['engine', ok('x')],
    ]);
    expect(await talk(path, [get('/events?until=2&filters=%7B%7D')])).toBe(ok('x'));
    expect(said.alike).toEqual(['GET /events']);
  });

  test('at the pace of the recording, or faster', async () => {
    const turns: Turn[] = [
      ['client', get('/slow'), 0],
      ['engine', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n', 10],
      ['engine', 'a', 200],
      ['engine', 'b', 400],
    ];
    const { path } = await replaying(turns, { speed: 2 });
    const began = Date.now();
    expect(await talk(path, [get('/slow')])).toBe(ok('ab'));
    expect(Date.now() - began).toBeGreaterThanOrEqual(195);
  });
});

describe('streams', () => {
  const ask = 'POST /exec/a/start HTTP/1.1\r\nUpgrade: tcp\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\n{}';
  const upgraded = 'HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n';

  test('what the engine said is not said before the client has sent what it had', async () => {
    const { path } = await replaying([
      ['client', ask],
      ['engine', upgraded],
      ['engine', '$ '],
      ['client', 'ls\n'],
      ['engine', 'file\n'],
      ['client end'],
      ['engine', 'bye\n'],
      ['engine end'],
    ]);
    expect(await talk(path, [ask, { after: '$ ', send: 'ls\n' }])).toBe(`${upgraded}$ file\nbye\n`);
    const silent = connect(path);
    let text = '';
    silent.on('data', (piece) => (text += piece.toString('latin1'))).write(ask);
    await expect.poll(() => text).toBe(`${upgraded}$ `);
    await new Promise((later) => setTimeout(later, 50));
    expect(text).toBe(`${upgraded}$ `);
    silent.destroy();
  });

  test('one that was not upgraded', async () => {
    const raw = 'HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n';
    const { path } = await replaying([
      ['client', ask.replace('Upgrade: tcp\r\nConnection: Upgrade\r\n', '')],
      ['engine', `${raw}out`],
      ['engine end'],
    ]);
    expect(await talk(path, [ask.replace('Upgrade: tcp\r\nConnection: Upgrade\r\n', '')])).toBe(`${raw}out`);
  });

  test('one that broke off breaks off', async () => {
    const { path } = await replaying([
      ['client', get('/images/get')],
      ['engine', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
      ['close'],
    ]);
    expect(await talk(path, [get('/images/get')])).toContain('half');
  });
});

test('what is not in the recording fails, with the nearest named', async () => {
  const { path, said } = await replaying([
    ['client', get('/info')],
    ['engine', ok('x')],
    ['client', get('/containers/web/json')],
    ['engine', ok('x')],
  ]);
  const answer = await talk(path, [get('/containers/db/json')]);
  expect(answer).toMatch(/^HTTP\/1.1 501 Not Implemented\r\n/);
  const message = 'not in the recording: GET /containers/db/json; nearest: GET /containers/web/json (#2)';
  expect(answer).toContain(`{"message":"dbg replay: ${message}"}`);
  expect(said.failed).toEqual([message]);
});

test('an answer that is not recorded whole is none', async () => {
  const { hear, calls } = loadCalls();
  for (const event of recorded([['client', get('/images/get')]])) hear(event);
  hear({ type: 'omitted', call: 1, from: 'engine', bytes: 7, digest: '', connection: 1, time: 3 });
  expect(calls()[0]).toMatchObject({ missing: 7, steps: [] });
});
