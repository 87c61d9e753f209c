import { describe, expect, test } from 'vitest';
import { readExchange, type ExchangeEvent } from '../../../../src/api/http/exchange.ts';

type Step = readonly ['client' | 'engine', string] | 'clientEnd' | 'engineEnd';

const ASK = 'GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK';
const UPGRADE =
  'POST /exec/1/start HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 2\r\n\r\n{}';
const SWITCHED = 'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n';
const RAW = 'HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n';

/** Each conversation, and the events that are to come of it: `<` for what the engine says, `>` for the client. */
const CONVERSATIONS: Readonly<Record<string, { steps: readonly Step[]; events: readonly string[] }>> = {
  'keep-alive': {
    steps: [['client', ASK], ['engine', OK], ['client', ASK], ['engine', OK], 'clientEnd', 'engineEnd'],
    events: [
      '1 GET /_ping',
      '1 > end',
      '1 < 200',
      '1 < "OK"',
      '1 < end',
      '2 GET /_ping',
      '2 > end',
      '2 < 200',
      '2 < "OK"',
      '2 < end',
    ],
  },
  pipelined: {
    steps: [
      ['client', ASK + ASK],
      ['engine', OK + OK],
    ],
    events: [
      '1 GET /_ping',
      '1 > end',
      '2 GET /_ping',
      '2 > end',
      '1 < 200',
      '1 < "OK"',
      '1 < end',
      '2 < 200',
      '2 < "OK"',
      '2 < end',
    ],
  },
  'chunked both ways, with an extension and trailers': {
    steps: [
      [
        'client',
        'POST /build HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX-A: b\r\n\r\n',
      ],
      ['engine', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n'],
      ['client', ASK],
      ['engine', OK],
    ],
    events: [
      '1 POST /build',
      '1 > "abcde"',
      '1 > end',
      '1 < 200',
      '1 < "0123456789"',
      '1 < end',
      '2 GET /_ping',
      '2 > end',
      '2 < 200',
      '2 < "OK"',
      '2 < end',
    ],
  },
  'answers without a body': {
    steps: [
      ['client', 'HEAD /_ping HTTP/1.1\r\n\r\n'],
      ['engine', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n'],
      ['client', 'POST /containers/a/start HTTP/1.1\r\nContent-Length: 0\r\n\r\n'],
      ['engine', 'HTTP/1.1 204 No Content\r\n\r\n'],
      ['client', 'POST /containers/a/start HTTP/1.1\r\n\r\n'],
      ['engine', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n'],
      ['client', ASK],
      ['engine', OK],
    ],
    events: [
      '1 HEAD /_ping',
      '1 > end',
      '1 < 200',
      '1 < end',
      '2 POST /containers/a/start',
      '2 > end',
      '2 < 204',
      '2 < end',
      '3 POST /containers/a/start',
      '3 > end',
      '3 < 304',
      '3 < end',
      '4 GET /_ping',
      '4 > end',
      '4 < 200',
      '4 < "OK"',
      '4 < end',
    ],
  },
  'a body that ends with the connection': {
    steps: [['client', 'GET /events HTTP/1.0\r\n\r\n'], ['engine', 'HTTP/1.0 200 OK\r\n\r\nto the end'], 'engineEnd'],
    events: ['1 GET /events', '1 > end', '1 < 200', '1 < "to the end"', '1 < end'],
  },
  '100, then 200': {
    steps: [
      ['client', 'PUT /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n'],
      ['engine', 'HTTP/1.1 100 Continue\r\n\r\n'],
      ['client', 'abc'],
      ['engine', OK],
    ],
    events: ['1 PUT /x', '1 < 100', '1 > "abc"', '1 > end', '1 < 200', '1 < "OK"', '1 < end'],
  },
  'an upgrade, with bytes of the stream at once': {
    steps: [
      ['client', UPGRADE],
      ['engine', `${SWITCHED}hello`],
      ['client', 'in'],
      'clientEnd',
      ['engine', 'out'],
      'engineEnd',
    ],
    events: [
      '1 POST /exec/1/start',
      '1 > "{}"',
      '1 > end',
      '1 < 101',
      '1 stream tcp',
      '1 < "hello"',
      '1 > "in"',
      '1 > end',
      '1 < "out"',
      '1 < end',
    ],
  },
  'a client that sends its stream before the answer': {
    steps: [
      ['client', `${UPGRADE}GET is no request here\r\n\r\n`],
      'clientEnd',
      ['engine', `${SWITCHED}x`],
      'engineEnd',
    ],
    events: [
      '1 POST /exec/1/start',
      '1 > "{}"',
      '1 > end',
      '1 < 101',
      '1 stream tcp',
      '1 > "GET is no request here\\r\\n\\r\\n"',
      '1 > end',
      '1 < "x"',
      '1 < end',
    ],
  },
  'an upgrade that is refused: the next request is one': {
    steps: [
      ['client', UPGRADE + ASK],
      ['engine', `HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\nno${OK}`],
    ],
    events: [
      '1 POST /exec/1/start',
      '1 > "{}"',
      '1 > end',
      '1 < 409',
      '1 < "no"',
      '1 < end',
      '2 GET /_ping',
      '2 > end',
      '2 < 200',
      '2 < "OK"',
      '2 < end',
    ],
  },
  'a hijack without an upgrade': {
    steps: [
      ['client', 'POST /v1.19/containers/a/attach?stdin=1 HTTP/1.1\r\n\r\n'],
      ['engine', `${RAW}prompt`],
      ['client', 'ls\n'],
      'clientEnd',
      ['engine', 'files'],
      'engineEnd',
    ],
    events: [
      '1 POST /v1.19/containers/a/attach?stdin=1',
      '1 > end',
      '1 < 200',
      '1 stream raw',
      '1 < "prompt"',
      '1 > "ls\\n"',
      '1 > end',
      '1 < "files"',
      '1 < end',
    ],
  },
  'an answer before the request is whole': {
    steps: [
      ['client', 'POST /images/load HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc'],
      ['engine', 'HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno'],
      ['client', `def${ASK}`],
      ['engine', OK],
    ],
    events: [
      '1 POST /images/load',
      '1 > "abc"',
      '1 < 400',
      '1 < "no"',
      '1 < end',
      '1 > "def"',
      '1 > end',
      '2 GET /_ping',
      '2 > end',
      '2 < 200',
      '2 < "OK"',
      '2 < end',
    ],
  },
  'HTTP/2 from the first byte on': {
    steps: [['client', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nxyz'], ['engine', '\0\0\0'], 'clientEnd', 'engineEnd'],
    events: ['1 PRI *', '1 stream h2c', '1 > "SM\\r\\n\\r\\nxyz"', '1 < "\\u0000\\u0000\\u0000"', '1 > end', '1 < end'],
  },
  garbage: {
    steps: [
      ['client', '\0\x01 garbage\r\n\r\nmore'],
      ['engine', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nno'],
      'engineEnd',
    ],
    events: ['1 > unread', '1 < 400', '1 < "no"', '1 < end'],
  },
  'bare line feeds and a folded header': {
    steps: [
      ['client', 'GET /_ping HTTP/1.1\nA: b\n c\n\n'],
      ['engine', OK],
    ],
    events: ['1 GET /_ping doubts', '1 > end', '1 < 200', '1 < "OK"', '1 < end'],
  },
  'a length and chunks: the chunks count': {
    steps: [
      [
        'client',
        `POST /x HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n${ASK}`,
      ],
      ['engine', OK + OK],
    ],
    events: [
      '1 POST /x doubts',
      '1 > "a"',
      '1 > end',
      '2 GET /_ping',
      '2 > end',
      '1 < 200',
      '1 < "OK"',
      '1 < end',
      '2 < 200',
      '2 < "OK"',
      '2 < end',
    ],
  },
  'two lengths': {
    steps: [['client', `POST /x HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde`]],
    events: ['1 > unread'],
  },
  'a coding that is not chunked': {
    steps: [['client', 'POST /x HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n']],
    events: ['1 > unread'],
  },
  'a chunk without a length': {
    steps: [['client', 'POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nabc']],
    events: ['1 POST /x', '2 > unread'],
  },
  'an answer that nobody asked for': { steps: [['engine', OK]], events: ['1 < unread'] },
};

function read(steps: readonly Step[]): string[] {
  let calls = 0;
  const events: string[] = [];
  let data: { to: string; text: string } | undefined;
  const flush = () => {
    if (data) events.push(`${data.to} ${JSON.stringify(data.text)}`);
    data = undefined;
  };
  const hear = (event: ExchangeEvent) => {
    const side = 'from' in event ? `${event.call} ${event.from === 'client' ? '>' : '<'}` : '';
    if (event.type === 'data') {
      const text = event.data.toString('latin1');
      if (data?.to !== side) flush();
      data ??= { to: side, text: '' };
      data.text += text;
      return;
    }
    flush();
    if (event.type === 'request') {
      const { head } = event;
      events.push(`${event.call} ${head.method} ${head.target}${head.doubts.length > 0 ? ' doubts' : ''}`);
    } else if (event.type === 'response') events.push(`${event.call} < ${event.head.status}`);
    else if (event.type === 'stream') events.push(`${event.call} stream ${event.protocol}`);
    else events.push(`${side} ${event.type}`);
  };
  const exchange = readExchange(() => ++calls, hear);
  for (const step of steps) {
    if (typeof step === 'string') exchange[step]();
    else exchange[step[0]](Buffer.from(step[1], 'latin1'));
  }
  flush();
  return events;
}

const cut = (step: Step, at: readonly number[]): Step[] =>
  typeof step === 'string'
    ? [step]
    : [0, ...at].map((from, index) => [step[0], step[1].slice(from, at[index])] as const);

describe.each(Object.entries(CONVERSATIONS))('%s', (_, { steps, events }) => {
  test('is read', () => expect(read(steps)).toEqual(events));

  test('is read the same wherever its pieces are cut', () => {
    for (const [index, step] of steps.entries()) {
      if (typeof step === 'string') continue;
      for (let at = 1; at < step[1].length; at++) {
        expect(read(steps.toSpliced(index, 1, ...cut(step, [at]))), `step ${index} cut at ${at}`).toEqual(events);
      }
    }
  });

  test('is read the same byte by byte', () => {
    const bytes = steps.flatMap((step) =>
      cut(
        step,
        Array.from({ length: step.length > 2 ? 0 : step[1].length - 1 }, (__, at) => at + 1),
      ),
    );
    expect(read(bytes)).toEqual(events);
  });
});

describe('heads', () => {
  const long = (bytes: number) => `GET / HTTP/1.1\r\nA: ${'x'.repeat(bytes)}\r\n\r\n`;

  test.each([
    ['3 kB', 3000, ['1 GET /', '1 > end']],
    ['where the search goes on', 4070, ['1 GET /', '1 > end']],
    ['1 MB', 1_000_000, ['1 GET /', '1 > end']],
    ['2 MB', 2_000_000, ['1 > unread']],
  ])('of %s are read the same at once and in pieces of 1000 bytes', (_, bytes, events) => {
    const pieces = long(bytes)
      .match(/[^]{1,1000}/g)!
      .map((piece): Step => ['client', piece]);
    expect(read([['client', long(bytes)]])).toEqual(events);
    expect(read(pieces)).toEqual(events);
  });

  test.each(Array.from({ length: 20 }, (_, at) => 4060 + at))('whose end lies near byte %i are found', (bytes) => {
    expect(read([['client', long(bytes)]])).toEqual(['1 GET /', '1 > end']);
  });
});

test('a client that ends within a head is told so, and the engine’s answer is to that', () => {
  const heard: string[] = [];
  const exchange = readExchange(
    () => 1,
    (event) => heard.push(event.type === 'unread' ? `unread: ${event.reason}` : event.type),
  );
  exchange.client(Buffer.from('GET /x HTTP/1.1\r\nHost'));
  exchange.clientEnd();
  exchange.engine(Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'));
  expect(heard).toEqual(['unread: it ends within a head', 'response', 'end']);
});
