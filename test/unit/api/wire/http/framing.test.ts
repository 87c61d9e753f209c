import { describe, expect, test } from 'vitest';
import { bodyReader, requestFraming, responseFraming, type Framing } from '../../../../../src/api/wire/http/framing.ts';
import { NotHttp, parseRequestHead, parseResponseHead } from '../../../../../src/api/wire/http/http-head.ts';

const request = (lines: string) => requestFraming(parseRequestHead(`POST / HTTP/1.1\r\n${lines}\r\n`));
const response = (method: string, status: number, lines: string) =>
  responseFraming(parseResponseHead(`HTTP/1.1 ${status} X\r\n${lines}\r\n`), method);

test.for<[lines: string, wanted: Framing]>([
  ['', { kind: 'length', length: 0 }],
  ['Content-Length: 12\r\n', { kind: 'length', length: 12 }],
  ['Content-Length: 12\r\nContent-Length: 12\r\n', { kind: 'length', length: 12 }],
  ['Transfer-Encoding: CHUNKED\r\n', { kind: 'chunked' }],
  ['Content-Length: 12\r\nTransfer-Encoding: chunked\r\n', { kind: 'chunked' }],
])('a request: %j', ([lines, wanted]) => {
  expect(request(lines)).toEqual(wanted);
});

test.for([
  'Content-Length: 1\r\nContent-Length: 2\r\n',
  'Content-Length: 1, 1\r\n',
  'Content-Length: -1\r\n',
  'Content-Length: +1\r\n',
  'Content-Length: 0x1\r\n',
  'Content-Length: 9999999999999999\r\n',
  'Content-Length:\r\n',
  'Transfer-Encoding: xchunked\r\n',
  'Transfer-Encoding: gzip, chunked\r\n',
])('a request that no engine takes: %j', (lines) => {
  expect(() => request(lines)).toThrow(NotHttp);
});

test.for<[method: string, status: number, lines: string, wanted: Framing]>([
  ['GET', 200, '', { kind: 'close' }],
  ['GET', 200, 'Content-Length: 3\r\n', { kind: 'length', length: 3 }],
  ['GET', 200, 'Transfer-Encoding: chunked\r\n', { kind: 'chunked' }],
  ['HEAD', 200, 'Content-Length: 3\r\n', { kind: 'length', length: 0 }],
  ['GET', 100, 'Content-Length: 3\r\n', { kind: 'length', length: 0 }],
  ['GET', 204, 'Transfer-Encoding: chunked\r\n', { kind: 'length', length: 0 }],
  ['GET', 304, 'Content-Length: 3\r\n', { kind: 'length', length: 0 }],
  ['POST', 101, 'Content-Length: 3\r\n', { kind: 'stream' }],
])('an answer: %s %i %j', ([method, status, lines, wanted]) => {
  expect(response(method, status, lines)).toEqual(wanted);
});

describe('a body', () => {
  /** Its bytes, and where it ended, read in pieces of so many bytes. */
  function read(framing: Framing, text: string, size: number): [data: string, end: number] {
    let data = '';
    const reader = bodyReader(framing, (piece) => (data += piece.toString()));
    for (let at = 0; at < text.length; at += size) {
      const end = reader(Buffer.from(text.slice(at, at + size)), 0);
      if (end >= 0) return [data, at + end];
    }
    return [data, -1];
  }

  const CHUNKED: Framing = { kind: 'chunked' };
  test.for<[what: string, framing: Framing, text: string, data: string, end: number]>([
    ['of a length', { kind: 'length', length: 5 }, 'hello, world', 'hello', 5],
    ['that has not all come', { kind: 'length', length: 50 }, 'hello', 'hello', -1],
    ['to the end', { kind: 'close' }, 'hello', 'hello', -1],
    ['in chunks', CHUNKED, '5\r\nhello\r\n00A\r\n, world!!!\r\n0\r\n\r\nGET', 'hello, world!!!', 32],
    ['with bare line feeds', CHUNKED, '5\nhello\n0\n\nGET', 'hello', 11],
    ['with extensions', CHUNKED, '5;a="b"\r\nhello\r\n0 ;c\r\n\r\n', 'hello', 24],
    ['with trailers', CHUNKED, '5\r\nhello\r\n0\r\nA: b\r\nC: d\r\n\r\nGET', 'hello', 27],
    ['without its last chunk', CHUNKED, '5\r\nhello\r\n', 'hello', -1],
  ])('%s', ([, framing, text, data, end]) => {
    for (const size of [1, 2, 3, 7, 1000]) expect([size, ...read(framing, text, size)]).toEqual([size, data, end]);
  });

  test.for([
    'x\r\n',
    '-1\r\n',
    '\r\n',
    '1234567890abcd\r\n',
    '2\r\nhello\r\n',
    `1;${'x'.repeat(10_000)}`,
    `0\r\nA: ${'x'.repeat(10_000)}`,
  ])('chunks that are none: %.40j', (text) => {
    for (const size of [1, 3, 20_000]) expect(() => read(CHUNKED, text, size)).toThrow(NotHttp);
  });
});
