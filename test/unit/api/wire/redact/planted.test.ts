import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { WireEvent } from '../../../../../src/api/wire/calls/wire-events.ts';
import { readExchange } from '../../../../../src/api/wire/http/exchange.ts';
import { jsonRedactor } from '../../../../../src/api/wire/redact/body/json-stage.ts';
import { redactHead } from '../../../../../src/api/wire/redact/redact-head.ts';
import { redactJson } from '../../../../../src/api/wire/redact/redact-json.ts';
import { redacted } from '../../../../../src/api/wire/redact/redact.ts';
import { redactText } from '../../../../../src/api/wire/redact/redact-text.ts';

const SECRET = 'hunter2TopZ';

type Step = readonly [side: 'client' | 'engine', bytes: string];

/** What is heard of these bytes, each step cut at `cut`; the connection is closed behind them. */
function heard(steps: readonly Step[], cut = 0, stage = redacted): WireEvent[] {
  const events: WireEvent[] = [];
  const onEvent = stage((event) => events.push(event));
  let calls = 0;
  const exchange = readExchange(
    () => ++calls,
    (event) => onEvent({ ...event, connection: 1, time: 0 }),
  );
  for (const [side, bytes] of steps) {
    for (const piece of [bytes.slice(0, cut), bytes.slice(cut)]) {
      if (piece !== '') exchange[side](Buffer.from(piece, 'latin1'));
    }
  }
  onEvent({ type: 'close', first: 'client', error: undefined, connection: 1, time: 1 });
  return events;
}

/** All that can be seen of it, the bytes of each way in one. */
function seen(events: readonly WireEvent[]): string {
  const bytes = (side: string) =>
    Buffer.concat(events.flatMap((event) => (event.type === 'data' && event.from === side ? [event.data] : [])));
  const rest = events.filter(({ type }) => type !== 'data').map((event) => JSON.stringify(event));
  return [...rest.toSorted(), bytes('client').toString('latin1'), bytes('engine').toString('latin1')].join('\n');
}

const ask = (line: string, ...headers: readonly string[]): Step => [
  'client',
  [`${line} HTTP/1.1`, ...headers, '', ''].join('\r\n'),
];
const JSON_TYPE = 'Content-Type: application/json';
const send = (line: string, body: unknown, ...headers: readonly string[]): Step => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return ['client', ask(line, ...headers, `Content-Length: ${text.length}`)[1] + text];
};
const post = (line: string, body: unknown) => send(`POST ${line}`, body, JSON_TYPE);
const answer = (body: unknown, type = 'application/json'): Step => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return ['engine', `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${text.length}\r\n\r\n${text}`];
};
const TEXT_ERROR = 'HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n';
const pretty = (value: unknown) => JSON.stringify(value, undefined, 2);
const query = encodeURIComponent;
const login = `{"username":"ann","password":"${SECRET}"}`;
const loginHead = ask('POST /auth', JSON_TYPE, `Content-Length: ${login.length}`)[1];

const PLANTED: readonly (readonly [what: string, readonly Step[]])[] = [
  [
    'a body that goes on after its answer',
    [['client', loginHead + login.slice(0, 18)], answer({}), ['client', login.slice(18)]],
  ],
  ['a login that says it is a form', [send('POST /auth', login, 'Content-Type: application/x-www-form-urlencoded')]],
  ['a login that says nothing', [send('POST /auth', login)]],
  ['the address of a login', [post('/auth', { username: 'ann', email: SECRET })]],
  ['a number as a password', [post('/auth', `{"password":471147114711,"x":"${SECRET}"}`)]],
  ['an argument and its value', [post('/containers/create', { Cmd: ['mysql', '--password', SECRET] })]],
  ['a variable in a script', [post('/containers/a/exec', { Cmd: ['sh', '-c', `PGPASSWORD=${SECRET} pg_dump`] })]],
  ['a header in a command', [post('/containers/create', { Cmd: ['curl', '-H', `Authorization: Bearer ${SECRET}`] })]],
  [
    'an option of mount',
    [post('/volumes/create', { DriverOpts: { type: 'cifs', o: `username=u,password=${SECRET}` } })],
  ],
  [
    'a line of a Dockerfile',
    [ask('GET /images/a/history'), answer([{ CreatedBy: `|1 TOKEN=${SECRET} /bin/sh -c make` }])],
  ],
  ['what a commit changes', [ask(`POST /commit?changes=${query(`ENV API_TOKEN=${SECRET}`)}`)]],
  ['a label of an event', [ask('GET /events'), answer({ Actor: { Attributes: { 'db-pass': SECRET } } })]],
  ['a setting of a plugin', [post('/plugins/a/set', [`API_KEY=${SECRET}`])]],
  [
    'a variable of a plugin',
    [ask('GET /plugins/a/json'), answer({ Settings: { Env: [{ Name: 'API_KEY', Value: SECRET }] } })],
  ],
  ['tokens of a swarm over several lines', [ask('GET /swarm'), answer(pretty({ JoinTokens: { Worker: SECRET } }))]],
  ['a secret over several lines', [post('/secrets/create', pretty({ Name: 'a', Data: SECRET }))]],
  ['a token where it is not looked for', [ask('GET /info'), answer({ message: `bad SWMTKN-1-${SECRET}-x` })]],
  ['values without line feeds', [ask('GET /events'), answer(`{"a":1}{"JoinTokens":{"Worker":"${SECRET}"}}`)]],
  [
    'a JSON sequence',
    [ask('GET /events'), answer(`\x1e{"JoinTokens":{"Worker":"${SECRET}"}}\n`, 'application/json-seq')],
  ],
  [
    'JSON that breaks off in a secret',
    [['client', `${ask('POST /containers/create', JSON_TYPE, 'Content-Length: 99')[1]}{"Env":["U=pg://u:${SECRET}`]],
  ],
  ['no JSON at all', [post('/auth', `user=ann password=${SECRET}`)]],
  ['JSON that is compressed', [send('POST /containers/create', SECRET, JSON_TYPE, 'Content-Encoding: gzip')]],
  ['a password with an @', [post('/containers/create', { Env: [`U=pg://u:a@${SECRET}@db/x`] })]],
  ['a token as the user of an URL', [ask(`POST /build?remote=${query(`https://${SECRET}0123456789@git/x`)}`)]],
  ['build arguments that are no JSON', [ask(`POST /build?buildargs=${SECRET}%zz`)]],
  ['a header that is named so', [ask('GET /info', `X-Auth-Token: ${SECRET}`)]],
  ['a header that cannot be read', [ask('GET /info', `Authorization Basic ${SECRET}`)]],
  ['a request that cannot be read', [ask(`POST /build?buildargs={"A": "${SECRET}"}`)]],
  ['the key of a filter', [ask(`GET /containers/json?filters=${query(`{"label":{"api_token=${SECRET}":true}}`)}`)]],
  ['an error in text', [ask('GET /v1.23/x/json'), ['engine', `${TEXT_ERROR}No such container: API_TOKEN=${SECRET}\n`]]],
  ['a form', [send('POST /x', `name=x&password=${SECRET}&a=b`, 'Content-Type: application/x-www-form-urlencoded')]],
  ['JSON in a variable', [post('/containers/create', { Env: [`JSON={"password":"${SECRET}"}`] })]],
  ['JSON in a label', [post('/containers/create', { Labels: { j: JSON.stringify({ token: SECRET }) } })]],
  ['another password', [post('/containers/create', { Env: [`DB_PASSWORD2=${SECRET}`, `DBPASS=${SECRET}`] })]],
  ['a header with a number', [ask('GET /info', `X-Password1: ${SECRET}`)]],
  ['the older ENV of a Dockerfile', [ask('POST /build'), answer({ stream: `Step 5/8 : ENV DB_PASSWORD ${SECRET}\n` })]],
  ['what a commit changes, in the older form', [ask(`POST /commit?changes=ENV+API_TOKEN+${SECRET}`)]],
  ['the older env with a tab', [ask('POST /build'), answer({ stream: `env\tDB_PASSWORD ${SECRET}\n` })]],
  [
    'a key that is cut off',
    [['client', `${ask('POST /x', JSON_TYPE, 'Content-Length: 99')[1]}{"a":{"token=${SECRET}`]],
  ],
  ['a header without its colon', [ask('GET /info', `X-Any ${SECRET}`)]],
  ['HTTP/2 from the first byte on', [['client', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${SECRET}`]]],
];

test.for(PLANTED)('is not seen: %s', ([, steps]) => {
  expect(seen(heard(steps, 0, (onEvent) => onEvent))).toContain(SECRET);
  const whole = seen(heard(steps));
  expect(whole).not.toContain(SECRET);
  expect(whole).not.toContain('4711');
  for (let cut = 1; cut < Math.max(...steps.map(([, bytes]) => bytes.length)); cut++) {
    const cutSeen = seen(heard(steps, cut));
    expect(cutSeen).not.toContain(SECRET);
    // What the reader quotes of a line that it cannot read depends on nothing but that line.
    expect(cutSeen).toBe(whole);
  }
});

test.for(PLANTED)('redacted twice is redacted once: %s', ([, steps]) => {
  expect(seen(heard(steps, 0, (onEvent) => redacted(redacted(onEvent))))).toBe(seen(heard(steps)));
});

test('only what is secret changes: numbers, the order of keys, blanks and bytes that are no UTF-8 stay', () => {
  const body = (secret: string) =>
    `{ "Z": 18446744073709551615, "m": {"b":1.0,"80":2},\n "x": "\xff\\u003c", "Env": ["A_PASS=${secret}", "B=\\u00e9"] }\n`;
  const events = heard([ask('GET /containers/a/json'), answer(body(SECRET))]);
  expect(seen(events)).toContain(body('[redacted]'));
});

test('a body is as long as it was, where its answer came first', () => {
  const harmless = `{"username":"ann","serveraddress":"r"}`;
  const head = ask('POST /auth', JSON_TYPE, `Content-Length: ${harmless.length}`)[1];
  const events = heard([['client', head + harmless.slice(0, 9)], answer({}), ['client', harmless.slice(9)]]);
  expect(seen(events)).toContain(harmless);
});

test('what names and values only resemble a secret stay', () => {
  const body = {
    Env: [
      'ALLOW_EMPTY_PASSWORD=yes',
      'POSTGRES_PASSWORD_FILE=/run/secrets/db',
      'TOKENIZERS_PARALLELISM=0',
      'COMPASS=north',
      'SERVICE=ObservabilityCollectorFrankfurt2Production',
      'ROOT=/usr/lib/jvm/Java17/someWhere/withALongPath',
      `PYTHON_SHA256=${'0f'.repeat(32)}`,
    ],
    Cmd: ['sort', '--key=2', 'a=b', 'key=value'],
  };
  expect(seen(heard([post('/containers/create', body)]))).toContain(JSON.stringify(body));
});

test('what a closing quotes is redacted; a long name of digits is no long thought', () => {
  const events: WireEvent[] = [];
  const onEvent = redacted((event) => events.push(event));
  onEvent({ type: 'close', first: 'engine', error: `no header: "Set-Cookie ${SECRET}"`, connection: 1, time: 0 });
  expect(JSON.stringify(events)).not.toContain(SECRET);
  const [head] = heard([post('/containers/create', { Env: [`${'1'.repeat(400_000)}a=x`] })]);
  expect(head?.type).toBe('request');
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapUsed(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

test.for([
  ['JSON', 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}'],
  ['an error in text', 'HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nno'],
] as const)('who asks again and again on one connection, answered with %s, costs no memory', ([, said]) => {
  const onEvent = redacted(() => undefined);
  let call = 0;
  const exchange = readExchange(
    () => ++call,
    (event) => onEvent({ ...event, connection: 1, time: 0 }),
  );
  const [asked, answered] = [Buffer.from(ask('GET /info')[1]), Buffer.from(said)];
  const before = heapUsed();
  for (let at = 0; at < 20_000; at++) {
    exchange.client(asked);
    exchange.engine(answered);
  }
  // Kept, they are 18 MB or more.
  expect(heapUsed() - before).toBeLessThan(10e6);
  // All of it is there still.
  onEvent({ type: 'close', first: 'client', error: undefined, connection: 1, time: 1 });
});

const FORM = 'Content-Type: application/x-www-form-urlencoded';
const TEXT = 'Content-Type: text/plain';
const key = `-----BEGIN PRIVATE KEY-----\n${`${SECRET}${'a'.repeat(53)}\n`.repeat(40)}-----END PRIVATE KEY-----\n`;
test.for<[kind: string, part: string, secret: string, type: string]>([
  ['form', `a=${'b'.repeat(98)}&`, `&password=${SECRET}&`, FORM],
  ['form that says nothing of itself', `a=${'b'.repeat(98)}&`, `&password=${SECRET}&`, 'X-A: b'],
  ['text', `${'word '.repeat(20)}\n`, `password: ${SECRET}\n`, TEXT],
  ['text of long lines', `${'word '.repeat(400)}\n`, `curl -u ann:${SECRET} \\\n  http://x`, TEXT],
  ['text with a secret of two lines', `${'word '.repeat(20)}\n`, `password:\n   ${SECRET}\n`, TEXT],
  ['text with a private key', `${'word '.repeat(20)}\n`, key, TEXT],
])('a secret at any place in a long %s is redacted', ([, part, secret, type]) => {
  // The places lie around the 64 kB of which a piece is made.
  const many = part.repeat(Math.ceil(63_000 / part.length));
  for (let at = 0; at < 3000; at += 97) {
    const body = `${many}${part.repeat(at / part.length)}${'c'.repeat(at % part.length)}${part.at(-1)}${secret}${many}`;
    const safe = seen(heard([send('POST /x', body, type)], 40_000));
    expect(safe).toContain('redacted');
    expect(safe).not.toContain(SECRET);
    expect(safe.length).toBeGreaterThan(body.length - secret.length);
  }
});

test('a long text without a secret stays byte for byte; of its line of more than 64 kB is told how long it is', () => {
  const text = 'é is a word of many\r\n'.repeat(10_000);
  const latin1 = Buffer.from(text).toString('latin1');
  expect(seen(heard([send('POST /x', latin1, TEXT)], 70_001))).toContain(latin1);
  const line = `${'word '.repeat(20_000)}password: ${SECRET}${' word'.repeat(40_000)}`;
  for (const end of ['', '\n', '\nand more\n']) {
    const events = heard([send('POST /x', `one\n${line}${end}`, TEXT)], 100_000);
    expect(seen(events)).not.toContain(SECRET);
    expect(seen(events)).toContain(`one\n${end.slice(1)}`);
    expect(events.flatMap((event) => (event.type === 'omitted' ? event.bytes : []))).toEqual([
      line.length + end.slice(0, 1).length,
    ]);
  }
});

test('bytes that say that they are text stay byte for byte, though they hold no zero byte', () => {
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => 1 + ((at * at * 7919 + at) % 255))).toString(
    'latin1',
  );
  for (const type of [TEXT, FORM, 'X-A: b', 'Content-Type: application/octet-stream']) {
    expect(seen(heard([send('POST /x', bytes, type)], 1000))).toContain(bytes);
  }
});

test('an archive that says that it is text goes on as it comes', () => {
  const archive = `a.txt${'\0'.repeat(507)}password=${SECRET}`;
  const [head, ...rest] = heard([send('PUT /containers/a/archive', archive, 'Content-Type: text/plain')], 700);
  expect(head?.type).toBe('request');
  expect(rest.map(({ type }) => type)).toEqual(['data', 'end', 'close']);
  expect(seen(rest)).toContain(archive);
});

test.for([
  'a',
  'a1',
  '-',
  'a-',
  '--password',
  'eyJ-',
  '://a:',
  'eyJaaaaaaaa.',
  '"',
  '\\',
  '-----BEGIN PRIVATE KEY-----',
  'ENV A ',
  'ENV\t',
  'A=',
  '--token=$(',
  '--token-file=/etc/a',
  '--token=id=',
  '://a:b',
  'a:b@',
  'PuTTY-User-Key-File-1 ',
  '-----BEGIN PGP PRIVATE KEY BLOCK-----',
  'authorization:',
  'curl ',
  'curl "\\"',
  'curl \'a "b \\"c ',
  'curl;b ',
  'echo a | docker secret ',
  "password '",
  'a:11:b:c:ddd > ',
  '<token>a',
  '?sig=',
  '${A:-',
  '--token=${A:-',
  'TOKEN=${A:-a b ',
  'TOKEN=${A:-${B} ',
  'curl -u a:${A:-b} ',
])('a long text of %j takes no longer for each of its characters', (part) => {
  // Quadratic, this is minutes.
  expect(typeof redactText(part.repeat(200_000 / part.length))).toBe('string');
});

test.for<[string, string]>([
  ['a key that comes again', `{${'"name":"a",'.repeat(100_000)}"x":1}`],
  ['a long command', `{"Cmd":[${'"curl","-u","a:b",'.repeat(50_000)}"x"]}`],
  ['many programs', `{"Cmd":[${'"curl","mysql","docker","login","vault","az","gh","secret",'.repeat(15_000)}"x"]}`],
  ['many depths', '{"Cmd":["a",'.repeat(50_000)],
])('JSON of %s takes no longer for each of its strings', ([, text]) => {
  expect(typeof redactJson(text)).toBe('string');
});

test('an event and a head without secrets are the same objects', () => {
  const events: WireEvent[] = [];
  const onEvent = redacted((event) => events.push(event));
  const head = { method: 'GET', target: '/_ping', version: '1.1', headers: [['Host', 'docker']] as const, doubts: [] };
  const asked = { type: 'request', call: 1, head, connection: 1, time: 0 } as const;
  onEvent(asked);
  expect(events[0]).toBe(asked);
});

test('a request that is not on the wire is redacted as one that is', () => {
  const body = JSON.stringify({ username: 'ann', email: SECRET });
  const [asked, sent] = heard(
    [send('POST /auth?a=https://u:p@h/', body, JSON_TYPE, `Cookie: ${SECRET}`)],
    0,
    (onEvent) => onEvent,
  );
  if (asked?.type !== 'request' || sent?.type !== 'data') throw new Error('no request');
  const redactor = jsonRedactor('SystemAuth');
  redactor.add(sent.data);
  const [head, data] = heard([send('POST /auth?a=https://u:p@h/', body, JSON_TYPE, `Cookie: ${SECRET}`)]);
  expect({ head: redactHead(asked.head) }).toEqual({ head: head?.type === 'request' && head.head });
  expect(redactor.end()).toEqual({ type: 'data', data: data?.type === 'data' && data.data });
});
