import { expect, test } from 'vitest';
import { harEntry, harFrame } from '../../../../src/api/recordings/har.ts';
import type { WholeCall } from '../../../../src/api/recordings/whole-call.ts';
import { answer, callsOf, request } from './wire.ts';

type Kind = 'text' | 'count' | 'size' | 'time' | 'url' | readonly Shape[] | Shape;
interface Shape {
  readonly [name: string]: Kind;
}
const PAIR: Shape = { name: 'text', value: 'text' };

/** What HAR 1.2 requires (softwareishard.com/blog/har-12-spec), `size` being a count or -1: not known. */
const LOG: Shape = {
  version: 'text',
  creator: { name: 'text', version: 'text' },
  entries: [
    {
      startedDateTime: 'time',
      time: 'count',
      request: {
        method: 'text',
        url: 'url',
        httpVersion: 'text',
        cookies: [PAIR],
        headers: [PAIR],
        queryString: [PAIR],
        headersSize: 'size',
        bodySize: 'size',
      },
      response: {
        status: 'count',
        statusText: 'text',
        httpVersion: 'text',
        cookies: [PAIR],
        headers: [PAIR],
        content: { size: 'count', mimeType: 'text' },
        redirectURL: 'text',
        headersSize: 'size',
        bodySize: 'size',
      },
      cache: {},
      timings: { send: 'count', wait: 'count', receive: 'count' },
    },
  ],
};
const POST_DATA: Shape = { mimeType: 'text', params: [PAIR], text: 'text' };

/** What is wrong with a HAR, by the paths of what is. */
function wrongIn(value: unknown, kind: Kind, path = 'log'): string[] {
  if (Array.isArray(kind)) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((each, at) => wrongIn(each, kind[0] as Shape, `${path}.${at}`));
  }
  if (typeof kind === 'object') {
    if (typeof value !== 'object' || value === null) return [`${path} is no object`];
    return Object.entries(kind).flatMap(([name, each]) => wrongIn(Reflect.get(value, name), each, `${path}.${name}`));
  }
  const isNumber = typeof value === 'number' && Number.isFinite(value);
  const right = {
    text: typeof value === 'string',
    count: isNumber && value >= 0,
    size: isNumber && value >= -1,
    time: typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value),
    url: typeof value === 'string' && /^https?:\/\/[^/]+\//.test(value) && URL.canParse(value),
  }[kind as 'text'];
  return right ? [] : [`${path} is no ${kind as string}: ${JSON.stringify(value)}`];
}

interface Har {
  readonly log: { readonly entries: readonly { readonly request: { readonly postData?: object } }[] };
}

function har(calls: readonly WholeCall[], engine = 'unix:///var/run/docker.sock', tls = false): Har {
  const { head, tail } = harFrame('1.0');
  const entries = calls.map((call) => JSON.stringify(harEntry(call, engine, tls)));
  const made = JSON.parse(`${head}${entries.join(',\n')}${tail}`) as Har;
  expect(wrongIn(made.log, LOG)).toEqual([]);
  for (const {
    request: { postData },
  } of made.log.entries)
    if (postData) expect(wrongIn(postData, POST_DATA)).toEqual([]);
  return made;
}

const JSON_TYPE = 'Content-Type: application/json';
const frame = (stream: number, text: string) =>
  Buffer.from([stream, 0, 0, 0, 0, 0, 0, text.length, ...Buffer.from(text)]);

test('the check of the format sees what is missing', () => {
  expect(wrongIn({ version: 1.2, creator: {}, entries: [{ cache: {}, timings: { send: -1 } }] }, LOG)).toEqual(
    expect.arrayContaining(['log.version is no text: 1.2', 'log.entries.0.timings.send is no count: -1']),
  );
});

test('a call: what it says, and how long its parts took', () => {
  const { log } = har(
    callsOf([
      ...request('POST /v1.41/containers/create?name=web%201', '{"Image":"busybox"}', [JSON_TYPE]),
      answer('201 Created', '{"Id":"1"}', [JSON_TYPE]),
    ]),
  );
  expect(log.entries).toEqual([
    expect.objectContaining({
      startedDateTime: '2026-01-01T00:00:00.000Z',
      time: 2000,
      timings: { send: 1000, wait: 1000, receive: 0 },
      connection: '1',
      request: expect.objectContaining({
        method: 'POST',
        url: 'http://docker/v1.41/containers/create?name=web%201',
        queryString: [{ name: 'name', value: 'web 1' }],
        postData: { mimeType: 'application/json', params: [], text: '{"Image":"busybox"}' },
        bodySize: 19,
      }),
      response: expect.objectContaining({
        status: 201,
        statusText: 'Created',
        content: { size: 10, mimeType: 'application/json', text: '{"Id":"1"}' },
      }),
    }),
  ]);
});

test('bytes that are no text, both ways; an engine that is reached by TLS', () => {
  const calls = callsOf([
    ...request('PUT /containers/a/archive', Buffer.from([0, 255]), ['Content-Type: application/x-tar']),
    answer('200 OK', Buffer.from([255]), ['Content-Type: application/x-tar']),
  ]);
  expect(har(calls, 'tcp://build:2376', true).log.entries[0]).toMatchObject({
    request: {
      url: 'https://build:2376/containers/a/archive',
      postData: { mimeType: 'application/x-tar', text: 'AP8=', _encoding: 'base64' },
    },
    response: { content: { size: 1, text: '/w==', encoding: 'base64' } },
  });
});

test('a stream: both of its ways, without frames', () => {
  const upgrade = ['Connection: Upgrade', 'Upgrade: tcp', JSON_TYPE];
  const calls = callsOf([
    ...request('POST /exec/1/start', '{"Tty":false}', upgrade),
    ['engine', 'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n'],
    ['client', 'ls\n'],
    ['engine', Buffer.concat([frame(1, 'out\n'), frame(2, 'err\n')])],
  ]);
  expect(har(calls).log.entries[0]).toMatchObject({
    request: { postData: { text: '{"Tty":false}' }, bodySize: 13 },
    response: { status: 101, content: { size: 8, mimeType: 'text/plain', text: 'out\nerr\n' } },
    _protocol: 'tcp',
    _stdin: { text: 'ls\n' },
  });
});

test('a terminal’s output is not framed', () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n';
  const calls = callsOf([...request('GET /containers/a/logs?stdout=1'), ['engine', `${head}$ ls\r\n`]]);
  expect(har(calls).log.entries[0]).toMatchObject({ response: { content: { text: '$ ls\r\n' } } });
});

test('no answer; a request that was no HTTP; HTTP/2; a gap', () => {
  const [none] = har(callsOf(request('GET /info'))).log.entries;
  expect(none).toMatchObject({ response: { status: 0, bodySize: -1 }, comment: 'the engine closed the connection' });
  har(callsOf([['client', 'hello\r\n\r\n']]));
  expect(har(callsOf([['client', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']])).log.entries[0]).toMatchObject({
    request: { url: 'http://docker/*' },
  });
  const gap = callsOf(
    [...request('GET /x'), ['engine', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc']],
    [{ type: 'omitted', call: 1, from: 'engine', bytes: 6, digest: 'gmac:f00d' }],
  );
  expect(har(gap).log.entries[0]).toMatchObject({
    response: {
      bodySize: 9,
      content: { size: 9, comment: expect.stringMatching(/^6 bytes more were not recorded.*f00d$/) },
    },
  });
});
