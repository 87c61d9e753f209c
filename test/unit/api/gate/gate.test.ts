import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WireEvent } from '../../../../src/api/wire/calls/wire-events.ts';
import { gate } from '../../../../src/api/gate/gate.ts';
import { jsonAnswer, refusal } from '../../../../src/api/gate/made.ts';
import type { Judge } from '../../../../src/api/gate/verdict.ts';
import { turns } from '../../turns.ts';

let folder: string;
let servers: Server[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dbg-gate-'));
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  rmSync(folder, { recursive: true });
});

/** An engine that keeps what it is sent, and answers as it is told to. */
async function standing(judge: Judge, engine: (bytes: string, socket: Socket) => void) {
  const [front, back] = [join(folder, 'front'), join(folder, 'back')];
  const seen = { engine: '', connections: 0 };
  const open = new Set<Socket>();
  const events: WireEvent[] = [];
  const behind = createServer({ allowHalfOpen: true }, (socket) => {
    seen.connections++;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => undefined).on('end', () => void turns().then(() => socket.end()));
    socket.on('data', (piece) => {
      seen.engine += piece.toString('latin1');
      engine(piece.toString('latin1'), socket);
    });
  });
  const before = createServer({ allowHalfOpen: true });
  gate(before, {
    connect: () => connect({ path: back, allowHalfOpen: true }),
    onEvent: (event) => events.push(event),
    clock: () => 0,
    judgeOf: () => judge,
  });
  for (const [server, path] of [
    [behind, back],
    [before, front],
  ] as const) {
    servers.push(server);
    await new Promise<void>((done) => void server.listen(path, done));
  }
  return { seen, events, path: front, openConnections: () => open.size };
}

/** What comes back to a client that sends these pieces, and then half-closes if it is to; until the end. */
function exchange(path: string, pieces: readonly string[], isHalfClosed = true): Promise<string> {
  return new Promise((done) => {
    const socket = connect({ path, allowHalfOpen: true });
    let text = '';
    socket.on('data', (piece) => (text += piece.toString('latin1')));
    socket
      .on('error', () => undefined)
      .on('end', () => socket.end())
      .on('close', () => done(text));
    void (async () => {
      for (const piece of pieces) {
        socket.write(Buffer.from(piece, 'latin1'));
        // so that each is read by itself
        await turns(5);
      }
      if (isHalfClosed) socket.end();
    })();
  });
}

const get = (target: string, ...headers: readonly string[]) =>
  ['GET ' + target + ' HTTP/1.1', 'Host: d', ...headers].join('\r\n') + '\r\n\r\n';
const post = (target: string, body: string) =>
  `POST ${target} HTTP/1.1\r\nHost: d\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const forward: Judge = () => ({ kind: 'forward' });
/** Answers each request by its path. */
const echo = (bytes: string, socket: Socket) => {
  for (const [, target] of bytes.matchAll(/^(?:GET|POST|HEAD) (\S+) HTTP/gm)) socket.write(ok(`<${target}>`));
};

describe('let through', () => {
  test('byte for byte, several on a connection, in whatever pieces', async () => {
    const sent = get('/a', 'X-Odd:  spaced ') + post('/b', 'body') + get('/c');
    for (const pieces of [[sent], [...sent]]) {
      const { seen, path } = await standing(forward, echo);
      expect(await exchange(path, pieces)).toBe(ok('</a>') + ok('</b>') + ok('</c>'));
      expect(seen).toEqual({ engine: sent, connections: 1 });
      rmSync(join(folder, 'front'));
      rmSync(join(folder, 'back'));
    }
  });

  test('a chunked body with a trailer', async () => {
    const sent = 'POST /build HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n';
    const { seen, path } = await standing(forward, echo);
    expect(await exchange(path, [sent.slice(0, 60), sent.slice(60)])).toBe(ok('</build>'));
    expect(seen.engine).toBe(sent);
  });

  test('without the headers that are the gate’s own', async () => {
    const { seen, path } = await standing(() => ({ kind: 'forward', without: ['authorization'] }), echo);
    await exchange(path, [get('/a', 'AUTHORIZATION: Basic x', 'Accept: y')]);
    expect(seen.engine).toBe(get('/a', 'Accept: y'));
  });

  test('a stream: early bytes, both half-closes', async () => {
    const { seen, path, events } = await standing(forward, (bytes, socket) => {
      if (bytes.startsWith('POST')) {
        void turns(10).then(() =>
          socket.write('HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\nhello'),
        );
      }
    });
    const ask = 'POST /exec/a/start HTTP/1.1\r\nUpgrade: tcp\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\n{}';
    const back = await exchange(path, [`${ask}GET /not/a/request HTTP/1.1\r\n\r\n`, 'more']);
    expect(back).toBe('HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\nhello');
    expect(seen.engine).toBe(`${ask}GET /not/a/request HTTP/1.1\r\n\r\nmore`);
    expect(events.filter(({ type }) => type === 'request')).toHaveLength(1);
  });

  test('what follows a request for a stream that was refused is judged', async () => {
    const judge: Judge = ({ target }) => (target === '/x' ? refusal(403, 'no') : { kind: 'forward' });
    const { seen, path } = await standing(judge, echo);
    const ask = 'POST /exec/a/start HTTP/1.1\r\nUpgrade: tcp\r\nContent-Length: 2\r\n\r\n{}';
    const back = await exchange(path, [ask + get('/x')]);
    expect(back).toContain('403 Forbidden');
    expect(seen.engine).toBe(ask);
  });

  test('an engine that is gone: the client’s connection ends', async () => {
    const { path } = await standing(forward, (_, socket) => socket.destroy());
    expect(await exchange(path, [get('/a')], false)).toBe('');
  });
});

describe('answered by the gate', () => {
  const judge: Judge = ({ target }) => (target.startsWith('/no') ? refusal(403, `no ${target}`) : { kind: 'forward' });

  test('in its turn, and nothing of it reaches the engine', async () => {
    const { seen, path } = await standing(judge, (bytes, socket) => void turns(20).then(() => echo(bytes, socket)));
    const back = await exchange(path, [get('/a') + post('/no1', 'x'.repeat(10)) + get('/no2') + get('/b')]);
    const bodies = [...back.matchAll(/<[^>]*>|no \/no\d/g)].map(([found]) => found);
    expect(bodies).toEqual(['</a>', 'no /no1', 'no /no2', '</b>']);
    expect(seen.engine).toBe(get('/a') + get('/b'));
  });

  test('the engine is not even connected to', async () => {
    const { seen, path } = await standing(judge, echo);
    expect(await exchange(path, [get('/no')])).toMatch(/^HTTP\/1.1 403 Forbidden\r\n/);
    expect(seen.connections).toBe(0);
  });

  test('to HEAD without a body; after a delay; with the connection’s end', async () => {
    const made = { ...jsonAnswer(200, [1]), delay: 30 };
    const { path } = await standing(() => made, echo);
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4\r\n';
    const back = await exchange(path, ['HEAD /a HTTP/1.1\r\n\r\n', get('/b', 'Connection: close'), get('/c')], false);
    expect(back).toBe(`${head}\r\n${head}Connection: close\r\n\r\n[1]\n`);
  });

  test('once its body is there; one that is too long is told so', async () => {
    const bodies: (string | undefined)[] = [];
    const { seen, path } = await standing(
      () => ({
        kind: 'needs body',
        most: 10,
        judge: (body) => {
          bodies.push(body?.toString());
          return body?.toString() === 'bad' ? refusal(403, 'bad') : { kind: 'forward' };
        },
      }),
      echo,
    );
    const sent = [post('/a', 'good'), post('/b', 'bad'), post('/c', `${'x'.repeat(5000)}\n`), get('/d')];
    const back = await exchange(path, [...sent.join('').match(/[^]{1,100}/g)!]);
    expect(bodies).toEqual(['good', 'bad', undefined, '']);
    expect(back.match(/<[^>]*>|"bad"/g)).toEqual(['</a>', '"bad"', '</c>', '</d>']);
    expect(seen.engine).toBe(sent[0]! + sent[2] + sent[3]);
  });

  test('dropped: at once, or in the middle', async () => {
    for (const [verdict, wanted] of [
      [{ kind: 'drop' }, ''],
      [{ kind: 'forward', dropAfter: 2 }, 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n</'],
      [
        { ...jsonAnswer(200, 'abc'), dropAfter: 3 },
        'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 6\r\n\r\n"ab',
      ],
    ] as const) {
      const { path } = await standing(() => verdict, echo);
      expect(await exchange(path, [get('/a')], false)).toBe(wanted);
      rmSync(join(folder, 'front'));
      rmSync(join(folder, 'back'));
    }
  });

  test('patched: with another length, chunked or not', async () => {
    const { path } = await standing(
      () => ({ kind: 'forward', patch: (head, body) => ({ head, body: Buffer.from(`${body.toString()}!`) }) }),
      (bytes, socket) => {
        for (const [, target] of bytes.matchAll(/GET (\S+) /g)) {
          socket.write(
            target === '/a' ? ok('abc') : 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n',
          );
          if (target === '/b') void turns(10).then(() => socket.write('1\r\nf\r\n0\r\n\r\n'));
        }
      },
    );
    const back = await exchange(path, [get('/a') + get('/b')]);
    expect(back).toBe(ok('abc!') + ok('def!'));
  });
});

describe('what is not clear goes nowhere', () => {
  test.for([
    ['two lengths', 'POST /a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['a length and chunks', 'POST /a HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a coding that is not chunked', 'POST /a HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n'],
    ['chunks in HTTP/1.0', 'POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a bare line feed', 'GET /a HTTP/1.1\nHost: d\n\n'],
    ['a bare line feed in a header', 'GET /a HTTP/1.1\r\nX: y\nHost: d\r\n\r\n'],
    ['a folded header', 'GET /a HTTP/1.1\r\nX: y\r\n z\r\n\r\n'],
    ['a blank before the colon', 'POST /a HTTP/1.1\r\nContent-Length : 1\r\n\r\na'],
    ['a carriage return alone', 'GET /a HTTP/1.1\r\nX: y\rContent-Length: 9\r\n\r\n'],
    ['a NUL', 'GET /a HTTP/1.1\r\nX: \0\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['an upgrade to HTTP/2', 'GET /info HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n'],
    ['… in a list', 'GET /info HTTP/1.1\r\nUpgrade: websocket, h2c\r\nConnection: Upgrade\r\n\r\n'],
    ['… in a second header', 'GET /info HTTP/1.1\r\nUpgrade: tcp\r\nUpgrade: H2C\r\nConnection: Upgrade\r\n\r\n'],
    ['CONNECT', 'CONNECT /a HTTP/1.1\r\n\r\n'],
    ['an URL', 'GET http://d/a HTTP/1.1\r\n\r\n'],
    ['an empty segment', 'GET //a HTTP/1.1\r\n\r\n'],
    ['a dot segment', 'GET /a/../b HTTP/1.1\r\n\r\n'],
    ['a dot segment at the end', 'GET /a/. HTTP/1.1\r\n\r\n'],
    ['an encoded dot', 'GET /a/%2E%2e/b HTTP/1.1\r\n\r\n'],
    ['an encoded slash', 'GET /containers%2fjson HTTP/1.1\r\n\r\n'],
    ['an encoded letter', 'POST /%63ontainers/a/start HTTP/1.1\r\n\r\n'],
    ['an encoded letter in the last word', 'POST /containers/a/star%74 HTTP/1.1\r\n\r\n'],
    ['a % that encodes nothing', 'GET /a?b=%zz HTTP/1.1\r\n\r\n'],
    ['a semicolon', 'GET /a?b=1;c=2 HTTP/1.1\r\n\r\n'],
    ['a backslash', 'GET /a\\b HTTP/1.1\r\n\r\n'],
    ['a fragment', 'GET /a#b HTTP/1.1\r\n\r\n'],
    ['a length that is none', 'POST /a HTTP/1.1\r\nContent-Length: +1\r\n\r\na'],
    ['garbage', '\u0016\u0003\u0001\u0002\r\n\r\n'],
    ['an empty line first', '\r\n\r\nGET /a HTTP/1.1\r\n\r\n'],
  ] as const)('%s', async ([, bytes]) => {
    const { seen, path } = await standing(forward, echo);
    const back = await exchange(path, [bytes + get('/after')], false);
    expect(back).toMatch(/^HTTP\/1.1 400 Bad Request\r\n.*Connection: close\r\n\r\n\{"message":"dbg: .*"\}\n$/s);
    expect(seen).toEqual({ engine: '', connections: 0 });
  });

  test('chunks that lie: no more of them goes on', async () => {
    const { seen, path } = await standing(forward, () => undefined);
    const head = 'POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n';
    const socket = connect({ path });
    socket.write(`${head}2\r\nab`);
    await expect.poll(() => seen.engine).toContain('ab');
    socket.resume().write('GET /evil HTTP/1.1\r\n\r\n');
    await new Promise((done) => socket.on('close', done));
    expect(seen.engine).toBe(`${head}2\r\nab`);
  });
});

test('a client that asks and does not read: no more than a few answers are made, and all of them in the end', async () => {
  let judged = 0;
  const big = jsonAnswer(200, 'x'.repeat(100_000));
  const { path } = await standing(
    () => {
      judged++;
      return big;
    },
    () => undefined,
  );
  const socket = connect({ path, allowHalfOpen: true });
  const asked = 1000;
  socket.pause();
  socket.write(get('/a').repeat(asked));
  await expect.poll(() => judged).toBeGreaterThan(0);
  let bytes = 0;
  expect(judged).toBeLessThan(50);
  socket.on('data', (piece) => (bytes += piece.length));
  socket.resume().end();
  await new Promise((done) => socket.on('close', done));
  expect([judged, Math.floor(bytes / big.body.length)]).toEqual([asked, asked]);
});

test.each<[string, Judge, RegExp]>([
  ['answered', () => refusal(403, 'no'), /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 403 /],
  [
    'judged by its body',
    () => ({ kind: 'needs body', most: 100, judge: (body) => jsonAnswer(200, String(body)) }),
    /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 [^]*"body"/,
  ],
  [
    'let through for its body',
    () => ({ kind: 'needs body', most: 100, judge: () => ({ kind: 'forward' }) }),
    /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 [^]*<\/a>/,
  ],
])('who waits with the body until it is asked for, is: %s', async (_, judge, expected) => {
  const { path, seen } = await standing(judge, echo);
  const socket = connect({ path, allowHalfOpen: true });
  let text = '';
  socket.on('data', (piece) => {
    if (text === '') socket.end('body');
    text += piece.toString('latin1');
  });
  socket.write('POST /a HTTP/1.1\r\nHost: d\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n');
  await new Promise((done) => socket.on('close', done));
  expect(text).toMatch(expected);
  expect(seen.engine).not.toContain('Expect');
});

test('a reader that is slow: the engine is held up, and no more is kept than sockets hold', async () => {
  const piece = 'x'.repeat(65_536);
  let written = 0;
  const { path } = await standing(forward, (_, socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    const more = () => {
      while (written < 200e6) {
        written += piece.length;
        if (socket.write(`10000\r\n${piece}\r\n`)) continue;
        socket.once('drain', more);
        return;
      }
    };
    more();
  });
  const client = connect({ path, allowHalfOpen: true });
  client.pause();
  client.write(get('/big'));
  await expect.poll(() => written).toBeGreaterThan(0);
  await turns();
  const before = written;
  await turns();
  expect(written).toBe(before);
  expect(written).toBeLessThan(5e6);
  client.destroy();
});

describe('what came in one piece goes on in one write', () => {
  /** Each piece that one read(2) gave. */
  async function pieces(judge: Judge, sent: string, answer: string) {
    const atEngine: string[] = [];
    const { path } = await standing(judge, (bytes, socket) => {
      atEngine.push(bytes);
      socket.write(answer);
    });
    const atClient: string[] = [];
    const socket = connect({ path, allowHalfOpen: true });
    const isThere = new Promise((done) => socket.on('data', (piece) => done(atClient.push(String(piece)))));
    socket.write(sent);
    await isThere;
    socket.destroy();
    return { atEngine, atClient };
  }
  const attach =
    'POST /containers/a/attach HTTP/1.1\r\nHost: d\r\nAuthorization: x\r\nUpgrade: tcp\r\nContent-Length: 2\r\n\r\n{}';
  const plain = attach.replace('Authorization: x\r\n', '');
  const upgraded = 'HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\nearly';

  test.each<[string, Judge, string]>([
    ['as it is', forward, attach],
    ['with another head', () => ({ kind: 'forward', without: ['authorization'] }), plain],
    ['after a delay', () => ({ kind: 'forward', delay: 20 }), attach],
    ['judged by its body', () => ({ kind: 'needs body', most: 9, judge: () => ({ kind: 'forward' }) }), attach],
    ['judged later', () => ({ kind: 'wait', until: Promise.resolve(), judge: () => ({ kind: 'forward' }) }), attach],
  ])('%s', async (_, judge, wanted) => {
    for (let run = 0; run < 5; run++) {
      const { atEngine, atClient } = await pieces(judge, attach, upgraded);
      expect([atEngine, atClient]).toEqual([[wanted], [upgraded]]);
      rmSync(join(folder, 'front'));
      rmSync(join(folder, 'back'));
    }
  });
});

describe('a client that ends before its request is whole', () => {
  const create = 'POST /a HTTP/1.1\r\nHost: d\r\n';
  const needsBody: Judge = () => ({ kind: 'needs body', most: 100, judge: () => ({ kind: 'forward' }) });
  test.for<[string, Judge, string, RegExp]>([
    ['in its first line', forward, 'GET /a', /^HTTP\/1.1 400 /],
    ['in its head', forward, create, /^HTTP\/1.1 400 /],
    ['in its second head', forward, `${get('/a')}GET /b`, /<\/a>HTTP\/1.1 400 /],
    [
      'in its second head, of which the first is answered here',
      () => refusal(403, 'no'),
      `${get('/a')}GET /b`,
      /403 [^]*400 /,
    ],
    ['in a body that is judged', needsBody, `${create}Content-Length: 9\r\n\r\nab`, /^HTTP\/1.1 400 /],
    ['in a body that is answered', () => refusal(403, 'no'), `${create}Content-Length: 9\r\n\r\nab`, /400 /],
    ['in a body that is sent on', forward, `${create}Content-Length: 9\r\n\r\nab`, /^$/],
    ['in chunks that are sent on', forward, `${create}Transfer-Encoding: chunked\r\n\r\n9\r\nab`, /^$/],
    [
      'in a body that is answered before',
      (head) => (head.target === '/a' ? { kind: 'forward' } : { kind: 'drop' }),
      `POST /a HTTP/1.1\r\nContent-Length: 9\r\nX: early\r\n\r\nab`,
      /<early>/,
    ],
  ])('%s', async ([, judge, sent, answer]) => {
    const { path, openConnections } = await standing(judge, (bytes, socket) => {
      if (bytes.includes('early')) socket.write(ok('<early>'));
      else if (bytes.startsWith('GET')) echo(bytes, socket);
    });
    expect(await exchange(path, [sent])).toMatch(answer);
    await expect.poll(openConnections).toBe(0);
  });

  test('and has gone: what waits for it is not done', async () => {
    let go: () => void = () => undefined;
    let judged = 0;
    const until = new Promise<void>((done) => (go = done));
    const { path, seen } = await standing(
      () => ({ kind: 'wait', until, judge: () => (judged++, { kind: 'forward' }) }),
      echo,
    );
    const socket = connect({ path });
    await new Promise((done) => socket.write(get('/a'), done));
    await expect.poll(() => seen.connections).toBe(0);
    socket.destroy();
    const other = exchange(path, [get('/b')]);
    go();
    expect(await other).toBe(ok('</b>'));
    expect(judged).toBeLessThanOrEqual(2);
  });
});

test('an answer that is the last does not wait for the body', async () => {
  const { path } = await standing(() => ({ ...refusal(401, 'who'), isLast: true }), echo);
  const sent = 'POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\nab';
  expect(await exchange(path, [sent], false)).toMatch(/^HTTP\/1.1 401 [^]*Connection: close/);
});

test('of a request that has to wait, the body is judged when it may be', async () => {
  const judge: Judge = () => ({
    kind: 'wait',
    until: turns(20),
    judge: () => ({ kind: 'needs body', most: 5, judge: (body) => refusal(403, `<${String(body)}>`) }),
  });
  const { path } = await standing(judge, echo);
  const back = await exchange(path, [post('/a', 'one') + post('/b', 'two'), post('/c', 'longer')]);
  expect(back.match(/<[^>]*>/g)).toEqual(['<one>', '<two>', '<undefined>']);
});

test('a first head that is too long is not kept', async () => {
  const { path } = await standing(forward, echo);
  const back = await exchange(path, [`GET /a HTTP/1.1\r\nX: ${'x'.repeat(500_000)}`], false);
  expect(back).toContain('longer than 262144 bytes');
});

test('an answer to HEAD is patched too, in its head', async () => {
  const judge: Judge = () => ({
    kind: 'forward',
    patch: (head, body) => ({ head: { ...head, headers: [...head.headers, ['X', 'y']] }, body }),
  });
  const { path } = await standing(judge, (_, socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n'));
  expect(await exchange(path, ['HEAD /_ping HTTP/1.1\r\nHost: d\r\n\r\n'])).toBe(
    'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nX: y\r\n\r\n',
  );
});
