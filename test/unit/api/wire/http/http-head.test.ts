import { describe, expect, test } from 'vitest';
import {
  header,
  headerValues,
  headEnd,
  mediaType,
  NotHttp,
  parseRequestHead,
  parseResponseHead,
} from '../../../../../src/api/wire/http/http-head.ts';

test.for<[what: string, text: string, end: number]>([
  ['nothing', '', -1],
  ['no empty line', 'GET / HTTP/1.1\r\nA: b\r\n', -1],
  ['its end', 'a\r\n\r\n', 5],
  ['bare line feeds', 'a\n\nb', 3],
  ['mixed', 'a\n\r\nb', 4],
  ['the first of two', 'a\r\n\r\nb\r\n\r\n', 5],
  ['far behind', `${'x'.repeat(10_000)}\r\n\r\n`, 10_004],
  ['far behind, bare', `${'x\n'.repeat(5000)}\n`, 10_001],
  ...Array.from({ length: 12 }, (_, at): [string, string, number] => {
    const before = 4086 + at; // where one way of searching goes over to the other
    return [`behind ${before} bytes`, `${'x'.repeat(before)}\r\n\r\nrest`, before + 4];
  }),
])('a head ends: %s', ([, text, end]) => {
  expect(headEnd(Buffer.from(text), 0)).toBe(end);
  expect(headEnd(Buffer.from(`\r\n\r\n${text}`), 4)).toBe(end < 0 ? -1 : end + 4);
});

describe('a request', () => {
  test('as it stood on the wire', () => {
    expect(parseRequestHead('POST /v1.41/a?b=c%20d HTTP/1.1\r\nhost: d\r\nX-A:  b : c \r\nX-A: \r\n\r\n')).toEqual({
      method: 'POST',
      target: '/v1.41/a?b=c%20d',
      version: '1.1',
      headers: [
        ['host', 'd'],
        ['X-A', 'b : c'],
        ['X-A', ''],
      ],
      doubts: [],
    });
  });

  test.for<[lines: string, doubts: readonly unknown[]]>([
    ['Content-Length: 5', []],
    ['Transfer-Encoding: chunked', []],
    ['Content-Length: 5\r\nContent-Length: 5', ['more than one Content-Length']],
    ['content-length: 5\r\nTRANSFER-ENCODING: chunked', ['both Content-Length and Transfer-Encoding']],
    ['Transfer-Encoding: gzip, chunked', ['a Transfer-Encoding that is not chunked alone']],
    ['Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', ['a Transfer-Encoding that is not chunked alone']],
    ['A: b\nC: d', ['a bare line feed ends a line']],
    ['A: b\r\n c', ['a header is folded over two lines']],
  ])('doubts: %j', ([lines, doubts]) => {
    expect(parseRequestHead(`POST / HTTP/1.1\r\n${lines}\r\n\r\n`).doubts).toEqual(doubts);
  });

  test('a folded header is one', () => {
    expect(parseRequestHead('GET / HTTP/1.1\r\nA: b\r\n\t c\r\nD: e\r\n\r\n').headers).toEqual([
      ['A', 'b c'],
      ['D', 'e'],
    ]);
  });

  test.for([
    '\r\n\r\n',
    'GET\r\n\r\n',
    'GET /\r\n\r\n',
    'GET / HTTP/1\r\n\r\n',
    'GET /a b HTTP/1.1\r\n\r\n',
    'GE(T / HTTP/1.1\r\n\r\n',
    ' GET / HTTP/1.1\r\n\r\n',
    'GET / HTTP/1.1\r\n A: b\r\n\r\n',
    'GET / HTTP/1.1\r\nA\r\n\r\n',
    'GET / HTTP/1.1\r\n: b\r\n\r\n',
    'GET / HTTP/1.1\r\nA : b\r\n\r\n',
    'GET / HTTP/1.1\r\nA\0: b\r\n\r\n',
    'HTTP/1.1 200 OK\r\n\r\n',
  ])('is none: %j', (text) => {
    expect(() => parseRequestHead(text)).toThrow(NotHttp);
  });
});

test('an answer, with and without a reason', () => {
  expect(parseResponseHead('HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n\r\n')).toMatchObject({
    version: '1.1',
    status: 404,
    reason: 'Not Found',
    headers: [['Content-Type', 'application/json']],
  });
  expect(parseResponseHead('HTTP/1.0 200\r\n\r\n')).toMatchObject({ version: '1.0', status: 200, reason: '' });
  for (const text of ['HTTP/1.1 20 OK\r\n\r\n', 'HTTP/1.1 2000 OK\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n'])
    expect(() => parseResponseHead(text)).toThrow(NotHttp);
});

test('a head that is read again is the same, and one that differs is not', () => {
  const text = (path: string) => `GET /${path} HTTP/1.1\r\n\r\n`;
  expect(parseRequestHead(text('a'))).toBe(parseRequestHead(text('a')));
  for (let at = 0; at < 200; at++) expect(parseRequestHead(text(`p${at}`)).target).toBe(`/p${at}`);
  expect(parseRequestHead(text('a')).target).toBe('/a');
});

test('headers are found whatever letters they have', () => {
  const headers = [
    ['Content-Type', 'Application/JSON; charset=utf-8'],
    ['x-a', '1'],
    ['X-A', '2'],
  ] as const;
  expect(header(headers, 'x-a')).toBe('1');
  expect(header(headers, 'x-b')).toBeUndefined();
  expect(headerValues(headers, 'x-a')).toEqual(['1', '2']);
  expect(mediaType(headers)).toBe('application/json');
  expect(mediaType([])).toBe('');
});
