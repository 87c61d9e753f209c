import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { WireEvent } from '../../../../../src/api/wire/calls/wire-events.ts';
import { readExchange } from '../../../../../src/api/wire/http/exchange.ts';
import { redacted } from '../../../../../src/api/wire/redact/redact.ts';
import { loadCalls } from '../../../../../src/api/recordings/replay/load-calls.ts';
import { serveReplay } from '../../../../../src/api/recordings/replay/serve.ts';
import { turns } from '../../../turns.ts';

type Turn = readonly [
  from: 'client' | 'engine' | 'client end' | 'engine end' | 'close' | 'client gone',
  text?: string,
  at?: number,
];

/** What a recording of these turns, each after 1 ms or at a time of its own, has. */
function recorded(recording: readonly Turn[], secret = false): WireEvent[] {
  const events: WireEvent[] = [];
  const stage = secret ? redacted((event) => events.push(event)) : (event: WireEvent) => void events.push(event);
  let [time, call] = [0, 0];
  const exchange = readExchange(
    () => ++call,
    (event) => stage({ ...event, connection: 1, time }),
  );
  for (const [from, text = '', at = time + 1] of recording) {
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
  vi.useRealTimers();
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true });
});

async function replaying(recording: readonly Turn[], { speed = Infinity, secret = false } = {}) {
  const { onEvent, calls } = loadCalls();
  recorded(recording, secret).forEach(onEvent);
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
    const recording: Turn[] = [
      ['client', get('/containers/a/logs?follow=1')],
      ['engine', begin],
      ['client end'],
      ['engine', '3\r\nend\r\n0\r\n\r\n'],
    ];
    const { path } = await replaying([...recording, ['client gone']]);
    const socket = connect(path);
    socket.write(get('/containers/a/logs?follow=1'));
    let text = '';
    socket.on('data', (piece) => (text += piece.toString()));
    await expect.poll(() => text).toBe(begin);
    await turns();
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
    await turns();
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

  describe('lists that are sets, whatever their order', () => {
    const create = (body: unknown) => post('/containers/create?name=web', JSON.stringify(body));
    const filtered = (filters: unknown) =>
      get(`/containers/json?filters=${encodeURIComponent(JSON.stringify(filters))}`);
    test.for<[what: string, recorded: string, asked: string, isSame: boolean]>([
      ['Env', create({ Env: ['A=1', 'B=2', 'C'] }), create({ Env: ['C', 'B=2', 'A=1'] }), true],
      [
        'Env: of two values of a name, the last holds',
        create({ Env: ['A=1', 'A=2'] }),
        create({ Env: ['A=2', 'A=1'] }),
        false,
      ],
      ['Env: one that differs', create({ Env: ['A=1', 'B=2'] }), create({ Env: ['B=2', 'A=2'] }), false],
      ...['Binds', 'ExtraHosts', 'CapAdd', 'CapDrop', 'SecurityOpt', 'GroupAdd', 'Links', 'MaskedPaths'].map(
        (name): [string, string, string, boolean] => [
          name,
          create({ HostConfig: { [name]: ['/a:/x', 'b', 'c'] } }),
          create({ HostConfig: { [name]: ['c', '/a:/x', 'b'] } }),
          true,
        ],
      ),
      [
        'Mounts and Ulimits: objects, whose members have no order either',
        create({
          HostConfig: {
            Mounts: [
              { Type: 'bind', Target: '/a' },
              { Type: 'bind', Target: '/b' },
            ],
            Ulimits: [1, 2],
          },
        }),
        create({
          HostConfig: {
            Ulimits: [2, 1],
            Mounts: [
              { Target: '/b', Type: 'bind' },
              { Type: 'bind', Target: '/a' },
            ],
          },
        }),
        true,
      ],
      [
        'ports and aliases',
        create({
          HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '1' }, { HostPort: '2' }] } },
          N: { Aliases: ['a', 'b'] },
        }),
        create({
          HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '2' }, { HostPort: '1' }] } },
          N: { Aliases: ['b', 'a'] },
        }),
        true,
      ],
      [
        'what a GPU is asked for: a list of lists',
        create({ DeviceRequests: [{ Capabilities: [['gpu', 'nvidia'], ['tpu']] }] }),
        create({ DeviceRequests: [{ Capabilities: [['tpu'], ['nvidia', 'gpu']] }] }),
        true,
      ],
      [
        'the label in which Compose joins what it read from a map',
        create({ Labels: { 'com.docker.compose.depends_on': 'db:service_started:false,mq:service_healthy:false' } }),
        create({ Labels: { 'com.docker.compose.depends_on': 'mq:service_healthy:false,db:service_started:false' } }),
        true,
      ],
      ['filters', filtered({ label: ['a', 'b'] }), filtered({ label: ['b', 'a'] }), true],
      ...['Cmd', 'Entrypoint', 'Test', 'OnBuild', 'Shell', 'Dns', 'DnsSearch'].map(
        (name): [string, string, string, boolean] => [
          `not ${name}`,
          create({ [name]: ['a', 'b'] }),
          create({ [name]: ['b', 'a'] }),
          false,
        ],
      ),
    ])('%s', async ([, before, asked, isSame]) => {
      const { path, said } = await replaying([
        ['client', before],
        ['engine', ok('x')],
      ]);
      expect(await talk(path, [asked])).toEqual(isSame ? ok('x') : expect.stringContaining('501'));
      expect(said.failed).toHaveLength(isSame ? 0 : 1);
    });
  });

  describe('what differs from the nearest is named', () => {
    const create = (name: string, body: unknown) => post(`/containers/create?name=${name}`, JSON.stringify(body));
    const upload = (body: string) =>
      `PUT /containers/a/archive?path=x HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const long = 'x'.repeat(5000);
    test.for<[what: string, asked: string, differs: string]>([
      ['a variable', create('web', { Image: 'a', Env: ['B=2', 'A=3'] }), 'which differs: body .Env A: 1 → 3'],
      [
        'one more, one less',
        create('web', { Image: 'a', Env: ['A=1', 'C=3'] }),
        'which differs: body .Env B: 2 → —; body .Env C: — → 3',
      ],
      ['a member', create('web', { Image: 'b', Env: ['B=2', 'A=1'] }), 'which differs: body .Image: a → b'],
      ['a parameter', create('db', { Image: 'a', Env: ['A=1', 'B=2'] }), 'which differs: query name: web → db'],
      [
        'many: the first ones',
        create('web', { Image: 'a', Env: ['A=1', 'B=2'], C: 1, D: 1, E: 1, F: 1, G: 1 }),
        'which differs: body .C: — → 1; body .D: — → 1; body .E: — → 1; and 2 more',
      ],
      [
        'a long one: its beginning',
        create('web', { Image: long, Env: ['A=1', 'B=2'] }),
        `which differs: body .Image: a → ${'x'.repeat(183)}…`,
      ],
      ['bytes', upload('cd'), 'whose body is another one'],
      [
        'what drives a terminal is shown',
        create('web', { Image: '\u001b[31m', Env: ['A=1', 'B=2'] }),
        'body .Image: a → \\e[31m',
      ],
    ])('%s', async ([, asked, differs]) => {
      const { path, said } = await replaying([
        ['client', create('web', { Image: 'other', Env: ['X=1'] })],
        ['engine', ok('x')],
        ['client', create('web', { Image: 'a', Env: ['A=1', 'B=2'] })],
        ['engine', ok('x')],
        ['client', upload('ab')],
        ['engine', ok('x')],
      ]);
      const answer = Buffer.from(await talk(path, [asked]), 'latin1').toString('utf8');
      expect(said.failed.join()).toMatch(/; nearest: (?:POST|PUT) \S+ \(#[23]\), /);
      expect(said.failed.join()).toContain(differs);
      expect((JSON.parse(answer.split('\r\n\r\n')[1]!) as { message: string }).message).toContain(differs);
    });

    test('not a secret, whichever side has it', async () => {
      const { path, said } = await replaying([
        ['client', create('web', { Env: ['DB_PASSWORD=hunter2', 'A=1'] })],
        ['engine', ok('x')],
      ]);
      await talk(path, [
        create('web', { Env: ['DB_PASSWORD=hunter3', 'A=1'] }),
        create('web', { Env: ['DB_PASSWORD=hunter3', 'A=2'] }),
      ]);
      expect(said.failed.map((message) => message.replace(/.*\(#1\), /, ''))).toEqual([
        'which differs in a secret',
        'which differs: body .Env A: 1 → 2',
      ]);
      expect(said.failed.join()).not.toContain('hunter');
    });

    test('not of a request that nobody can read to its depth', async () => {
      const deep = (value: string) => `{"A":${'['.repeat(50_000)}${value}${']'.repeat(50_000)}}`;
      const { path, said } = await replaying([
        ['client', post('/x', deep('1'))],
        ['engine', ok('x')],
      ]);
      expect(await talk(path, [post('/x', deep('2'))])).toContain('501');
      expect(said.failed.join()).toContain('(#1), whose body is another one');
    });
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
    const recording: Turn[] = [
      ['client', post('/auth', '{"username":"ann","password":"one"}')],
      ['engine', json],
    ];
    const { path } = await replaying(recording, { secret: true });
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
    const recording: Turn[] = [
      ['client', get('/slow'), 0],
      ['engine', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n', 10],
      ['engine', 'a', 200],
      ['engine', 'b', 400],
    ];
    const { path } = await replaying(recording, { speed: 2 });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let text = '';
    const socket = connect(path);
    socket.on('data', (piece) => (text += piece.toString())).write(get('/slow'));
    const came: [after: number, text: string][] = [];
    for (let after = 0; after <= 200; after += 5) {
      await turns(20);
      const [, before = ''] = came.at(-1) ?? [];
      if (text !== before) came.push([after, text]);
      vi.advanceTimersByTime(5);
    }
    socket.destroy();
    expect(came.map(([after, said]) => [after, said.split('\r\n\r\n')[1]])).toEqual([
      [5, ''],
      [100, 'a'],
      [200, 'ab'],
    ]);
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
    await turns();
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
  const { onEvent, calls } = loadCalls();
  for (const event of recorded([['client', get('/images/get')]])) onEvent(event);
  onEvent({ type: 'omitted', call: 1, from: 'engine', bytes: 7, digest: '', connection: 1, time: 3 });
  expect(calls()[0]).toMatchObject({ missing: 7, steps: [] });
});
