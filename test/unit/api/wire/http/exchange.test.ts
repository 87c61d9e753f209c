import { expect, test } from 'vitest';
import { readExchange, type ExchangeEvent, type Side } from '../../../../../src/api/wire/http/exchange.ts';

/** What crosses a connection: bytes of one side, or its end. */
type Step = readonly [from: Side, bytes: string] | readonly [from: Side];

/** An event in a few words, by which they are compared. */
function words(event: ExchangeEvent): string[] {
  switch (event.type) {
    case 'request':
      return [`request ${event.call}`, `${event.head.method} ${event.head.target}`];
    case 'response':
      return [`response ${event.call}`, String(event.head.status)];
    case 'data':
      return [`data ${event.call} ${event.from}`, event.data.toString('latin1')];
    case 'stream':
      return [`stream ${event.call}`, event.protocol];
    default:
      return [`${event.type} ${event.call} ${event.from}`];
  }
}

/** The events of these steps; data that comes in pieces is joined. */
function events(steps: Iterable<Step>): string[] {
  const said: string[][] = [];
  let calls = 0;
  const exchange = readExchange(
    () => ++calls,
    (event) => {
      const [what = '', text = ''] = words(event);
      if (event.type === 'data' && said.at(-1)?.[0] === what) said.at(-1)![1] += text;
      else said.push([what, text]);
    },
  );
  for (const [from, bytes] of steps) {
    if (bytes !== undefined) exchange[from](Buffer.from(bytes, 'latin1'));
    else if (from === 'client') exchange.clientEnd();
    else exchange.engineEnd();
  }
  return said.map((each) => each.join(' ').trim());
}

/** The same steps, each in every two pieces that it can be cut into, one at a time; and all of them byte by byte. */
function* cuts(steps: readonly Step[]): Generator<readonly Step[]> {
  for (const [at, [from, bytes = '']] of steps.entries()) {
    for (let cut = 1; cut < bytes.length; cut++) {
      const pieces: Step[] = [
        [from, bytes.slice(0, cut)],
        [from, bytes.slice(cut)],
      ];
      yield [...steps.slice(0, at), ...pieces, ...steps.slice(at + 1)];
    }
  }
  yield steps.flatMap((step): Step[] => (step[1] === undefined ? [step] : [...step[1]].map((byte) => [step[0], byte])));
}

const GET = 'GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK';
const EXEC = 'POST /exec/e/start HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n';
const UPGRADE = 'Connection: Upgrade\r\nUpgrade: tcp\r\n';
const UPGRADED = `HTTP/1.1 101 UPGRADED\r\n${UPGRADE}\r\n`;

test.for<[what: string, steps: readonly Step[], wanted: readonly string[]]>([
  [
    'two calls, one after another',
    [['client', GET], ['engine', OK], ['client', GET], ['engine', OK], ['client'], ['engine']],
    [1, 2].flatMap((call) => [
      `request ${call} GET /_ping`,
      `end ${call} client`,
      `response ${call} 200`,
      `data ${call} engine OK`,
      `end ${call} engine`,
    ]),
  ],
  [
    'pipelined: the answers belong to the requests in their order',
    [
      ['client', `${GET}HEAD /info HTTP/1.1\r\n\r\n${GET}`],
      ['engine', `${OK}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n${OK}`],
    ],
    [
      'request 1 GET /_ping',
      'end 1 client',
      'request 2 HEAD /info',
      'end 2 client',
      'request 3 GET /_ping',
      'end 3 client',
      'response 1 200',
      'data 1 engine OK',
      'end 1 engine',
      'response 2 200',
      'end 2 engine',
      'response 3 200',
      'data 3 engine OK',
      'end 3 engine',
    ],
  ],
  [
    'chunks both ways, with extensions and trailers',
    [
      [
        'client',
        'POST /build HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nT: r\r\n\r\n',
      ],
      [
        'engine',
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\nA\r\n0123\r\n6789\r\n0;x\r\nA: b\r\nC: d\r\n\r\n',
      ],
      ['client', GET],
      ['engine', OK],
    ],
    [
      'request 1 POST /build',
      'data 1 client hello!',
      'end 1 client',
      'response 1 200',
      'data 1 engine 0123\r\n6789',
      'end 1 engine',
      'request 2 GET /_ping',
      'end 2 client',
      'response 2 200',
      'data 2 engine OK',
      'end 2 engine',
    ],
  ],
  [
    'answers without a body, whatever they say',
    [
      ['client', 'HEAD /_ping HTTP/1.1\r\n\r\n'],
      ['engine', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
      ['client', 'POST /containers/a/start HTTP/1.1\r\nContent-Length: 0\r\n\r\n'],
      ['engine', 'HTTP/1.1 204 No Content\r\n\r\n'],
      ['client', 'POST /containers/a/start HTTP/1.1\r\n\r\n'],
      ['engine', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n'],
      ['client', GET],
      ['engine', OK],
    ],
    [
      'request 1 HEAD /_ping',
      'end 1 client',
      'response 1 200',
      'end 1 engine',
      'request 2 POST /containers/a/start',
      'end 2 client',
      'response 2 204',
      'end 2 engine',
      'request 3 POST /containers/a/start',
      'end 3 client',
      'response 3 304',
      'end 3 engine',
      'request 4 GET /_ping',
      'end 4 client',
      'response 4 200',
      'data 4 engine OK',
      'end 4 engine',
    ],
  ],
  [
    '100 Continue, then the answer',
    [
      ['client', 'POST /images/load HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n'],
      ['engine', 'HTTP/1.1 100 Continue\r\n\r\n'],
      ['client', 'hello'],
      ['engine', OK],
    ],
    [
      'request 1 POST /images/load',
      'response 1 100',
      'data 1 client hello',
      'end 1 client',
      'response 1 200',
      'data 1 engine OK',
      'end 1 engine',
    ],
  ],
  [
    'a body that ends with the connection',
    [['client', GET], ['engine', 'HTTP/1.0 200 OK\r\n\r\nall\r\n\r\n of it'], ['engine']],
    ['request 1 GET /_ping', 'end 1 client', 'response 1 200', 'data 1 engine all\r\n\r\n of it', 'end 1 engine'],
  ],
  [
    'an upgrade, with early bytes both ways',
    [
      ['client', `${EXEC}${UPGRADE}\r\n{}early`],
      ['engine', `${UPGRADED}at once`],
      ['client', `more ${GET}`],
      ['client'],
      ['engine', OK],
      ['engine'],
    ],
    [
      'request 1 POST /exec/e/start',
      'data 1 client {}',
      'end 1 client',
      'response 1 101',
      'stream 1 tcp',
      'data 1 client early',
      'data 1 engine at once',
      `data 1 client more ${GET.trim()}`,
      'end 1 client',
      `data 1 engine ${OK}`,
      'end 1 engine',
    ],
  ],
  [
    'an upgrade before the request has ended',
    [
      ['client', `${EXEC}${UPGRADE}\r\n`],
      ['engine', UPGRADED],
      ['client', '{}stdin'],
    ],
    [
      'request 1 POST /exec/e/start',
      'response 1 101',
      'stream 1 tcp',
      'data 1 client {}',
      'end 1 client',
      'data 1 client stdin',
    ],
  ],
  [
    'an upgrade that is refused',
    [
      ['client', `${EXEC}${UPGRADE}\r\n{}`],
      ['engine', 'HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\nno'],
      ['client', GET],
      ['engine', OK],
    ],
    [
      'request 1 POST /exec/e/start',
      'data 1 client {}',
      'end 1 client',
      'response 1 409',
      'data 1 engine no',
      'end 1 engine',
      'request 2 GET /_ping',
      'end 2 client',
      'response 2 200',
      'data 2 engine OK',
      'end 2 engine',
    ],
  ],
  [
    'a client that half-closes before the upgrade',
    [['client', `${EXEC}${UPGRADE}\r\n{}`], ['client'], ['engine', `${UPGRADED}out`], ['engine']],
    [
      'request 1 POST /exec/e/start',
      'data 1 client {}',
      'end 1 client',
      'response 1 101',
      'stream 1 tcp',
      'end 1 client',
      'data 1 engine out',
      'end 1 engine',
    ],
  ],
  [
    'a hijack without an upgrade',
    [
      ['client', 'POST /containers/a/attach?stdin=1 HTTP/1.1\r\n\r\nstdin'],
      ['engine', 'HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\nout'],
      ['client', GET],
      ['client'],
      ['engine'],
    ],
    [
      'request 1 POST /containers/a/attach?stdin=1',
      'end 1 client',
      'response 1 200',
      'stream 1 raw',
      'data 1 client stdin',
      'data 1 engine out',
      `data 1 client ${GET.trim()}`,
      'end 1 client',
      'end 1 engine',
    ],
  ],
  [
    'an answer before the request has ended',
    [
      ['client', 'POST /build HTTP/1.1\r\nContent-Length: 9\r\n\r\nbegun'],
      ['engine', OK],
      ['client', ' end'],
      ['client', GET],
      ['engine', OK],
    ],
    [
      'request 1 POST /build',
      'data 1 client begun',
      'response 1 200',
      'data 1 engine OK',
      'end 1 engine',
      'data 1 client  end',
      'end 1 client',
      'request 2 GET /_ping',
      'end 2 client',
      'response 2 200',
      'data 2 engine OK',
      'end 2 engine',
    ],
  ],
  [
    'HTTP/2 from the first byte on',
    [['client', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04'], ['engine', '\0\0\0\x04\0'], ['client'], ['engine']],
    [
      'request 1 PRI *',
      'stream 1 h2c',
      'data 1 client SM\r\n\r\n\0\0\0\x04',
      'data 1 engine \0\0\0\x04\0',
      'end 1 client',
      'end 1 engine',
    ],
  ],
  [
    'no HTTP, and the answer to it',
    [['client', `what is this?\r\n\r\n${GET}`], ['engine', 'HTTP/1.1 400 Bad Request\r\n\r\nno'], ['engine']],
    ['unread 1 client', 'response 1 400', 'data 1 engine no', 'end 1 engine'],
  ],
  [
    'a chunk that is longer than it says: what stood before it stays',
    [
      ['client', `${GET}POST /build HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n${GET}`],
      ['engine', OK],
    ],
    [
      'request 1 GET /_ping',
      'end 1 client',
      'request 2 POST /build',
      'data 2 client he',
      'unread 3 client',
      'response 1 200',
      'data 1 engine OK',
      'end 1 engine',
    ],
  ],
  [
    'an answer that is no HTTP',
    [['client', GET], ['engine', '\0\x01\x02\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'], ['engine']],
    ['request 1 GET /_ping', 'end 1 client', 'unread 1 engine'],
  ],
  ['an answer to no request', [['engine', OK]], ['unread 1 engine']],
  ['nothing', [['client'], ['engine']], []],
  [
    'bare line feeds',
    [['client', 'GET / HTTP/1.1\nHost: d\n\nGET /b HTTP/1.1\n\n']],
    ['request 1 GET /', 'end 1 client', 'request 2 GET /b', 'end 2 client'],
  ],
])('%s, in whatever pieces', ([, steps, wanted]) => {
  expect(events(steps)).toEqual(wanted);
  for (const cut of cuts(steps)) expect(events(cut)).toEqual(wanted);
});
