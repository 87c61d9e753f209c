import { expect, test } from 'vitest';
import type { WireEvent } from '../../../../../src/api/wire/calls/wire-events.ts';
import { redacted } from '../../../../../src/api/wire/redact/redact.ts';

// redact.test.ts and planted.test.ts read bytes. Here: events, in whatever order they come.

type Side = 'client' | 'engine';
type Headers = readonly (readonly [string, string])[];

const at = { call: 1, connection: 1, time: 1 };
const JSON_TYPE: Headers = [
  ['Content-Type', 'application/json'],
  ['Content-Length', '9'],
];
const asked = (line: string, headers: Headers = []): WireEvent => {
  const [method = '', target = ''] = line.split(' ');
  return { ...at, type: 'request', head: { method, target, version: '1.1', headers, doubts: [] } };
};
const answered = (headers: Headers = JSON_TYPE, status = 200): WireEvent => ({
  ...at,
  type: 'response',
  head: { version: '1.1', status, reason: 'OK', headers, doubts: [] },
});
const data = (from: Side, text: string, more: object = {}): WireEvent => ({
  ...at,
  type: 'data',
  from,
  data: Buffer.from(text),
  ...more,
});
const end = (from: Side): WireEvent => ({ ...at, type: 'end', from });
const stream = (protocol: string): WireEvent => ({ ...at, type: 'stream', protocol });
const unread = (from: Side): WireEvent => ({ ...at, type: 'unread', from, reason: 'x' });
const close = (): WireEvent => ({ connection: 1, time: 9, type: 'close', first: 'client', error: undefined });

/** What comes out: the sides and bytes of data, and the types of all else. */
function heard(...events: readonly WireEvent[]): string {
  const out: string[] = [];
  const onEvent = redacted((event) => {
    const text = event.type === 'data' ? event.data.toString() : event.type;
    out.push('from' in event ? `${event.from}: ${text}` : text);
  });
  for (const event of events) onEvent(event);
  return out.join(' | ');
}

test('what holds no secret goes through as the same objects', () => {
  const events = [
    { type: 'open', connection: 1, time: 0 },
    asked('GET /containers/a/logs'),
    end('client'),
    answered([['Content-Type', 'application/vnd.docker.raw-stream']]),
    data('engine', 'password: x'),
    end('engine'),
    asked('POST /exec/a/start'),
    stream('tcp'),
    data('client', 'token=x'),
    { ...asked('GET /info'), call: 2 } as WireEvent,
    { ...answered(), call: 2 } as WireEvent,
    close(),
  ] as const;
  const out: WireEvent[] = [];
  const onEvent = redacted((event) => out.push(event));
  for (const event of events) onEvent(event);
  expect(out).toHaveLength(events.length);
  for (const [index, event] of events.entries()) expect(out[index]).toBe(event);
});

test('of a head that holds a secret, all else stays', () => {
  const out: WireEvent[] = [];
  const onEvent = redacted((event) => out.push(event));
  const cookie: Headers = [['Set-Cookie', 'x']];
  const safe: Headers = [['Set-Cookie', '[redacted]']];
  for (const type of [[], JSON_TYPE]) {
    onEvent(asked('GET /x', [...cookie, ...type]));
    onEvent(answered([...cookie, ...type]));
    expect(out.splice(0)).toEqual([asked('GET /x', [...safe, ...type]), answered([...safe, ...type])]);
  }
});

const LOGIN = asked('POST /auth', JSON_TYPE);
const form: Headers = [
  ['Content-Type', 'application/x-www-form-urlencoded'],
  ['Content-Length', '9'],
];
test.each<[what: string, events: readonly WireEvent[], out: string]>([
  [
    'JSON, when a value of it is whole',
    [LOGIN, data('client', '{"password":'), data('client', '"x"}\n{"a":"b"'), end('client')],
    'request | client: {"password":"[redacted]"}\n | client: {"a":"[redacted]" | client: end',
  ],
  [
    'text, when it ends',
    [asked('POST /x', [['Content-Length', '9']]), data('client', 'token='), data('client', 'x y'), end('client')],
    'request | client: token=[redacted] y | client: end',
  ],
  [
    'a form',
    [asked('POST /x', form), data('client', 'a=b+c&sig=x'), end('client')],
    'request | client: a=b+c&sig=[redacted] | client: end',
  ],
  [
    'what is compressed',
    [asked('POST /x', [...JSON_TYPE, ['Content-Encoding', 'gzip']]), data('client', 'x'), end('client')],
    'request | client: omitted | client: end',
  ],
  [
    'an archive',
    [
      asked('POST /secrets/x', [
        ['Content-Type', 'application/x-tar'],
        ['Content-Length', '9'],
      ]),
      data('client', 'token=x'),
    ],
    'request | client: token=x',
  ],
  [
    'the answer to a request that sends nothing',
    [asked('GET /x'), end('client'), answered(), data('engine', '{"token":"x"}\n'), end('engine')],
    'request | client: end | response | engine: {"token":"[redacted]"}\n | engine: end',
  ],
  [
    'the answer without a request',
    [answered(), data('engine', '{"token":"x","Data":"y"}\n')],
    'response | engine: {"token":"[redacted]","Data":"y"}\n',
  ],
  [
    'the answer to one that asks for secrets, which has ended',
    [asked('GET /configs'), end('client'), answered(), data('engine', '{"Data":"x"}\n')],
    'request | client: end | response | engine: {"Data":"[redacted]"}\n',
  ],
  [
    'two answers to a request',
    [
      asked('GET /x'),
      answered(JSON_TYPE, 103),
      data('engine', '{"token":"x"'),
      answered(),
      data('engine', '{"a":1}\n'),
    ],
    'request | response | engine: {"token":"[redacted]" | response | engine: {"a":1}\n',
  ],
  [
    'a request whose answer has ended',
    [LOGIN, answered(), end('engine'), data('client', '{"password":"x"}\n'), end('client')],
    'request | response | engine: end | client: {"password":"[redacted]"}\n | client: end',
  ],
  [
    'an answer whose request has ended',
    [LOGIN, end('client'), answered(), data('engine', '{"token":"x"}\n'), end('engine')],
    'request | client: end | response | engine: {"token":"[redacted]"}\n | engine: end',
  ],
  [
    'what comes behind the end of both ways',
    [LOGIN, end('client'), answered(), end('engine'), data('client', 'token=x')],
    'request | client: end | response | engine: end | client: token=x',
  ],
  [
    'what comes behind the end of an answer alone',
    [asked('GET /x'), end('client'), answered(), end('engine'), data('engine', 'token=x')],
    'request | client: end | response | engine: end | engine: token=x',
  ],
  [
    'an archive behind another answer',
    [LOGIN, answered(JSON_TYPE, 103), answered([['Content-Type', 'application/x-tar']]), data('engine', 'token=x')],
    'request | response | response | engine: token=x',
  ],
  [
    'an archive as the answer to a login',
    [
      LOGIN,
      answered([['Content-Type', 'application/x-tar']]),
      data('engine', 'token=x'),
      data('client', '{"a":"x"}\n'),
    ],
    'request | response | engine: token=x | client: {"a":"[redacted]"}\n',
  ],
  [
    'what was held when a stream began',
    [
      LOGIN,
      data('client', '{"a":"x"}'),
      answered(),
      data('engine', '{"a":1}'),
      stream('tcp'),
      data('client', 'token=x'),
    ],
    'request | response | client: {"a":"[redacted]"} | engine: {"a":1} | stream | client: token=x',
  ],
  [
    'a stream of HTTP/2',
    [asked('POST /x'), stream('h2c'), data('client', 'x'), data('engine', 'y'), close()],
    'request | stream | client: omitted | engine: omitted | close',
  ],
  [
    'a stream that is only named so at its end',
    [asked('POST /x'), stream('x-h2'), data('client', 'x'), close()],
    'request | stream | client: x | close',
  ],
  [
    'a stream of BuildKit whose engine has ended',
    [asked('POST /session'), end('client'), stream('tcp'), end('engine'), data('client', 'x'), end('client')],
    'request | client: end | stream | engine: end | client: omitted | client: end',
  ],
  [
    'what was held when the rest could not be read',
    [LOGIN, answered(), data('engine', '{"a":1}'), unread('engine'), close()],
    'request | response | engine: {"a":1} | engine: unread | close',
  ],
  [
    'what was held when another side could not be read',
    [LOGIN, answered(), data('engine', '{"a":1}'), unread('client'), close()],
    'request | response | client: unread | engine: {"a":1} | close',
  ],
  ['what could not be read from the first byte on', [unread('engine'), close()], 'engine: unread | close'],
  [
    'what could not be read of another connection',
    [LOGIN, { ...unread('engine'), connection: 2 }, { ...unread('engine'), call: 2 } as WireEvent, unread('engine')],
    'request | engine: unread | engine: unread | engine: unread',
  ],
  [
    'the data of other calls and connections',
    [
      LOGIN,
      data('client', 'token=x', { call: 2 }),
      data('client', 'token=x', { connection: 2 }),
      data('engine', 'token=x'),
    ],
    'request | client: token=x | client: token=x | engine: token=x',
  ],
  [
    'the end of other calls and connections',
    [
      LOGIN,
      { ...end('client'), call: 2 } as WireEvent,
      { ...end('client'), connection: 2 },
      data('client', '{"a":"x"}\n'),
    ],
    'request | client: end | client: end | client: {"a":"[redacted]"}\n',
  ],
  [
    'what was held when the connection closed, and another of its number',
    [LOGIN, data('client', '{"a":"x"}'), close(), data('client', 'y'), close()],
    'request | client: {"a":"[redacted]"} | close | client: y | close',
  ],
])('it is heard of %s', (_, events, out) => expect(heard(...events)).toBe(out));
