import { randomBytes } from 'node:crypto';
import { setImmediate as next } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from 'vitest';
import { test } from './support/lab.ts';
import { client, fakeEngine, relay, residentMb, type FakeEngine, type Relay } from './support/wire.ts';

// What no client should send reaches the engine as it was sent, byte for byte; what the engine answers, the client; and dbg goes on.
const ANSWER = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno\n';

let engine: FakeEngine;
let through: Relay;
beforeAll(async () => {
  engine = await fakeEngine((socket) => void socket.on('end', () => socket.end(ANSWER)));
  through = await relay(engine.path);
});
afterAll(async () => {
  await through.end();
  await engine.close();
});

const GET = 'GET /info HTTP/1.1\r\nHost: d\r\n';
const POST = 'POST /containers/create HTTP/1.1\r\nHost: d\r\n';
const ATTACH = 'POST /containers/a/attach HTTP/1.1\r\nHost: d\r\n';
const SMUGGLED = 'GET /secrets HTTP/1.1\r\nHost: d\r\n\r\n';

test.concurrent.for<[what: string, bytes: string | Buffer]>([
  ['nothing', ''],
  ['one byte', '\0'],
  ['NULs', '\0'.repeat(10_000)],
  ['random bytes', randomBytes(3_000_000)],
  [
    'random lines',
    Buffer.from(
      randomBytes(300_000)
        .toString('base64')
        .replace(/(.{70})/g, '$1\r\n'),
    ),
  ],
  ['TLS', Buffer.from('16030100c8010000c40303', 'hex')],
  ['half a head', GET],
  ['half a line', 'GET /in'],
  ['line ends alone', '\r\n\r\n\r\n\n\n'],
  ['line ends before a head', `\r\n\r\n${GET}\r\n`],
  ['a head of 2 MB', `${GET}X-Large: ${'x'.repeat(2_000_000)}\r\n\r\n`],
  ['20,000 headers', `${GET}${'X-Many: y\r\n'.repeat(20_000)}\r\n`],
  ['a target of 1 MB', `GET /${'x'.repeat(1_000_000)} HTTP/1.1\r\n\r\n`],
  ['NULs in a head', `GET /\0 HTTP/1.1\r\nHo\0st: d\r\nA: \0\r\n\r\n`],
  [
    'a head of all bytes',
    Buffer.concat([Buffer.from(GET), Buffer.from(Array.from({ length: 256 }, (_, at) => at)), Buffer.from('\r\n\r\n')]),
  ],
  ['no version', 'GET /info\r\n\r\n'],
  ['another version', 'GET /info HTTP/9.9\r\n\r\n'],
  ['no colon', `${GET}X\r\n\r\n`],
  ['a space before the colon', `${POST}Content-Length : 5\r\n\r\nhello${SMUGGLED}`],
  ['bare line feeds', `${GET.replaceAll('\r', '')}\n${SMUGGLED}`],
  ['bare carriage returns', `${GET.replaceAll('\n', '')}\r\r${SMUGGLED}`],
  ['a folded header', `${POST}Content-Length:\r\n 5\r\n\r\nhello${SMUGGLED}`],
  ['length and chunks', `${POST}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  ['chunks and length', `${POST}Transfer-Encoding: chunked\r\nContent-Length: 200\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  ['two lengths', `${POST}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello${SMUGGLED}`],
  ['two lengths in one', `${POST}Content-Length: 5, 5\r\n\r\nhello${SMUGGLED}`],
  ['a length below zero', `${POST}Content-Length: -1\r\n\r\n${SMUGGLED}`],
  ['a length with a sign', `${POST}Content-Length: +5\r\n\r\nhello`],
  ['a length too large', `${POST}Content-Length: 99999999999999999999\r\n\r\nhello`],
  ['a length longer than what comes', `${POST}Content-Length: 1000\r\n\r\nhello`],
  ['TE: xchunked', `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  [
    'TE: chunked, twice',
    `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  ['TE behind a tab', `${POST}Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  [
    'chunk extensions',
    `${POST}Transfer-Encoding: chunked\r\n\r\n5;a=b;c="\r\n"\r\nhello\r\n0;x\r\nT: r\r\n\r\n${SMUGGLED}`,
  ],
  ['a chunk size that is none', `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n`],
  ['a chunk size too large', `${POST}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello`],
  ['a chunk that is longer than it says', `${POST}Transfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n`],
  ['a chunk line without end', `${POST}Transfer-Encoding: chunked\r\n\r\n${'1'.repeat(100_000)}`],
  ['a trailer without end', `${POST}Transfer-Encoding: chunked\r\n\r\n0\r\n${'T: r\r\n'.repeat(100_000)}`],
  ['1,000 at once', `${GET}\r\n`.repeat(1000)],
  ['a body behind GET', `${GET}Content-Length: 5\r\n\r\nhello${SMUGGLED}`],
  ['an upgrade, and bytes at once', `${ATTACH}Connection: Upgrade\r\nUpgrade: tcp\r\n\r\nearly`],
  [
    'an upgrade that is not answered, and much',
    Buffer.concat([Buffer.from(`${ATTACH}Upgrade: tcp\r\n\r\n`), randomBytes(6_000_000)]),
  ],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'],
  ['escape sequences', `GET /\x1b]0;x\x07 HTTP/1.1\r\nHost: \x1b[2J\r\n\r\n`],
])('%s', async ([, text]) => {
  const sent = Buffer.from(text as string, 'latin1');
  const { socket, isOver, received } = client(through.path);
  socket.end(sent);
  expect(await isOver).toBe('end');
  expect(received().toString()).toBe(ANSWER);
  // One connection in the fake engine is as good as another: this one's bytes are there, once.
  expect(engine.heard().some((heard) => heard.equals(sent))).toBe(true);
});

test('byte by byte', async () => {
  const sent = Buffer.from(
    `${POST}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: r\r\n\r\n${GET}\r\n${ATTACH}Upgrade: tcp\r\n\r\nx`,
  );
  const { socket, isOver, received } = client(through.path);
  for (const byte of sent) {
    socket.write(Buffer.from([byte]));
    await next();
  }
  socket.end();
  expect([await isOver, received().toString()]).toEqual(['end', ANSWER]);
  expect(engine.heard().some((heard) => heard.equals(sent))).toBe(true);
});

test('500 heads that do not end: what dbg keeps of them goes with them', async () => {
  const round = async () => {
    const open = Array.from({ length: 50 }, () => client(through.path));
    const head = Buffer.from(`${GET}X-Large: ${'x'.repeat(900_000)}`);
    await Promise.all(open.map(({ socket }) => new Promise((done) => socket.write(head, done))));
    open.forEach(({ socket }) => socket.destroy());
    engine.forget();
  };
  for (let time = 0; time < 5; time++) await round();
  const before = residentMb(through.pid);
  for (let time = 0; time < 5; time++) await round();
  expect(residentMb(through.pid)).toBeLessThan(before + 100);
  const { socket, isOver, received } = client(through.path);
  socket.end(`${GET}\r\n`);
  expect([await isOver, received().toString()]).toEqual(['end', ANSWER]);
});
