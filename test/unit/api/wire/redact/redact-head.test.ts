import { expect, test } from 'vitest';
import {
  redactHead,
  redactQuery,
  safeRequest,
  safeResponse,
  sentRule,
} from '../../../../../src/api/wire/redact/redact-head.ts';

type Headers = readonly (readonly [string, string])[];

const request = (line: string, headers: Headers = []) => {
  const [method = '', target = ''] = line.split(' ');
  return { method, target, version: '1.1', headers, doubts: [] };
};
const response = (status: number, headers: Headers, reason = 'OK') => ({
  version: '1.1',
  status,
  reason,
  headers,
  doubts: [],
});
const headers = (...all: Headers) => redactHead(request('GET /info', all)).headers;
const LENGTH = ['Content-Length', '9'] as const;
const typed = (type: string, encoding?: string): Headers => [
  LENGTH,
  ['Content-Type', type],
  ...(encoding === undefined ? [] : [['Content-Encoding', encoding] as const]),
];

test.each([
  ['Basic YW5uOmh1bnRlcjI=', 'Basic [redacted]'],
  ['Bearer   hunter2', 'Bearer [redacted]'],
  ['X-Own hunter2', 'X-Own [redacted]'],
  ['hunter2', '[redacted]'],
  ['hunter:2 and more', '[redacted]'],
  ['Basic ', '[redacted]'],
  ['', ''],
])('Authorization: %s', (value, shown) => {
  expect(headers(['Authorization', value])).toEqual([['Authorization', shown]]);
});

test('a header that is no secret stays, also an empty one', () => {
  const all = [
    ['Host', 'docker'],
    ['X-Token', ''],
    ['User-Agent', 'Docker-Client/20.10'],
  ] as const;
  expect(redactHead(request('GET /info', all)).headers).toBe(all);
  expect(headers(...all, ['X-Token', 'x'])).toEqual([...all, ['X-Token', '[redacted]']]);
});

test.each<[what: string, line: string, headers: Headers, known: object]>([
  ['nothing is sent', 'GET /info', [], { body: 'pass', sent: 'plain', received: 'plain', isHarmless: true }],
  ['a type is told, and nothing sent', 'GET /info', [['Content-Type', 'application/json']], { body: 'pass' }],
  ['JSON is sent', 'POST /x', typed('application/json'), { body: 'json', sent: 'plain', isHarmless: false }],
  [
    'it is sent in chunks',
    'POST /x',
    [
      ['Transfer-Encoding', 'chunked'],
      ['Content-Type', 'application/json'],
    ],
    { body: 'json' },
  ],
  ['an archive is sent', 'PUT /x', typed('application/x-tar'), { body: 'pass', isHarmless: true }],
  ['bytes are sent', 'POST /x', typed('application/octet-stream'), { body: 'maybe json' }],
  ['somebody logs in', 'POST /auth', typed('application/octet-stream'), { body: 'json', sent: 'login' }],
  ['somebody logs in, compressed', 'POST /auth', typed('application/json', 'gzip'), { body: 'omit' }],
  ['a secret is made', 'POST /secrets/create', typed('application/json'), { sent: 'data', received: 'data' }],
  ['a secret of Podman’s is made', 'POST /v4.0.0/libpod/secrets/create?name=a', typed(''), { body: 'secret' }],
  ['secrets are asked for', 'GET /secrets', [], { body: 'pass', received: 'data', isHarmless: false }],
  ['a configuration is asked for', 'GET /configs/a', [], { received: 'data', isHarmless: false }],
  ['a plugin is set', 'POST /plugins/a/set', typed('application/json'), { sent: 'env', received: 'plain' }],
  ['BuildKit begins', 'POST /session', [], { body: 'pass', isSecretStream: true, isHarmless: false }],
  ['BuildKit begins otherwise', 'POST /grpc', [], { isSecretStream: true, isHarmless: false }],
  ['an exec is begun', 'POST /exec/a/start', [], { isSecretStream: false, isHarmless: true }],
])('what is known where %s', (_, line, all, known) => expect(safeRequest(request(line, all))).toMatchObject(known));

test.each([
  ['SystemAuth', 'login'],
  ['PluginSet', 'env'],
  ['SecretCreate', 'data'],
  ['ConfigUpdate', 'data'],
  ['ContainerCreate', 'plain'],
  ['LibpodSecretLike', 'plain'],
])('what %s is sent is judged by the rule “%s”', (operation, rule) => expect(sentRule(operation)).toBe(rule));

test.each([
  ['application/json', 'json'],
  ['application/json; charset=utf-8', 'json'],
  ['Application/JSON', 'json'],
  ['application/vnd.docker.distribution+json', 'json'],
  ['application/a+json', 'json'],
  ['application/a-json', 'json'],
  ['application/ndjson', 'json'],
  ['application/x-ndjson', 'json'],
  ['application/json-seq', 'json'],
  ['application/jsonlines', 'json'],
  ['application/jsonl', 'json'],
  ['application/a.json', 'maybe json'],
  ['application/a b+json', 'maybe json'],
  ['application/json5', 'maybe json'],
  ['x-application/json', 'maybe json'],
  ['application/x-www-form-urlencoded', 'form'],
  ['application/x-www-form-urlencoded2', 'maybe json'],
  ['x-application/x-www-form-urlencoded', 'maybe json'],
  ['application/x-tar', 'pass'],
  ['application/vnd.docker.raw-stream', 'pass'],
  ['application/gzip', 'pass'],
  ['application/x-zstd', 'pass'],
  ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'pass'],
  ['image/png', 'pass'],
  ['application/gzip2', 'maybe json'],
  ['x-application/gzip', 'maybe json'],
  ['x-image/png', 'maybe json'],
  ['application/vnd.docker.image.rootfs', 'maybe json'],
  ['text/plain', 'maybe json'],
  ['', 'maybe json'],
])('a body of the type %j is treated as “%s”', (type, body) => {
  expect(safeRequest(request('POST /x', typed(type))).body).toBe(body);
  expect(safeRequest(request('POST /x', typed(type, 'gzip'))).body).toBe(body === 'pass' ? 'pass' : 'omit');
  expect(safeResponse(response(500, typed(type))).body).toBe(body);
  expect(safeResponse(response(200, typed(type))).body).toBe(body === 'maybe json' ? 'pass' : body);
});

test.each([
  ['', 'json'],
  ['identity', 'json'],
  ['Identity', 'json'],
  ['gzip', 'omit'],
  ['x-identity', 'omit'],
  ['identity, gzip', 'omit'],
])('JSON that is encoded by %j is treated as “%s”', (encoding, body) =>
  expect(safeRequest(request('POST /x', typed('application/json', encoding))).body).toBe(body),
);

test('an answer that is no JSON is looked into where it is an error', () => {
  for (const [status, body] of [
    [399, 'pass'],
    [400, 'maybe json'],
    [404, 'maybe json'],
  ] as const) {
    expect(safeResponse(response(status, typed('text/plain'))).body).toBe(body);
  }
});

test('an answer’s head: its headers and its reason are redacted, and it is the same object where nothing is', () => {
  const cookie = [['Set-Cookie', 'x']] as const;
  const safe = [['Set-Cookie', '[redacted]']];
  const plain = response(200, typed('text/plain'));
  expect(safeResponse(plain).head).toBe(plain);
  expect(safeResponse(response(200, cookie)).head).toEqual(response(200, safe as never));
  expect(safeResponse(response(400, [], 'bad --password=x')).head).toEqual(
    response(400, [], 'bad --password=[redacted]'),
  );
});

test('a request’s head is the same object where nothing is redacted', () => {
  const plain = request('GET /info?a=b', [['Host', 'docker']]);
  expect(redactHead(plain)).toBe(plain);
  expect(redactHead(request('GET /x?token=pw'))).toEqual(request('GET /x?token=%5Bredacted%5D'));
  expect(redactHead(request('GET /x', [['Cookie', 'x']]))).toEqual(request('GET /x', [['Cookie', '[redacted]']]));
});

test.each([
  ['/http://ann:pw@h/x', '/http://ann:[redacted]@h/x'],
  ['?token=pw', '?token=%5Bredacted%5D'],
  ['/x?token=pw?y', '/x?token=%5Bredacted%5D'],
  ['/x?', '/x?'],
])('the target %s', (target, shown) => expect(redactHead(request(`GET ${target}`)).target).toBe(shown));

test.each([
  ['', ''],
  ['a&b=c', 'a&b=c'],
  ['token', 'token'],
  ['passwords', 'passwords'],
  ['token=', 'token='],
  ['a=b&token=pw&c=d', 'a=b&token=%5Bredacted%5D&c=d'],
  ['Token=pw', 'Token=%5Bredacted%5D'],
  ['tok%65n=pw', 'tok%65n=%5Bredacted%5D'],
  ['%zz=pw', '%zz=pw'],
  ['a=%zz', 'a=%5Bredacted%5D'],
  ['a=b+c%20d', 'a=b+c%20d'],
  ['=http://ann:pw@h/', '=http%3A%2F%2Fann%3A%5Bredacted%5D%40h%2F'],
  ['changes=ENV+API_TOKEN+pw', 'changes=ENV%20API_TOKEN%20%5Bredacted%5D'],
  ['token=0&password=1', 'token=0&password=1'],
  ['token=10&password=21&sig=2', 'token=%5Bredacted%5D&password=%5Bredacted%5D&sig=%5Bredacted%5D'],
  ['token=true', 'token=true'],
  ['buildargs=', 'buildargs='],
  ['buildargs=pw', 'buildargs=%5Bredacted%5D'],
  ['buildargs=a{"b":"pw"}', 'buildargs=%5Bredacted%5D'],
  ['buildargs={"a":"pw"}', `buildargs=${encodeURIComponent('{"a":"[redacted]"}')}`],
  ['buildargs=%0A+[{"a":"pw"}]', `buildargs=${encodeURIComponent('\n [{"a":"[redacted]"}]')}`],
  ['labels={"session":"pw"}', `labels=${encodeURIComponent('{"session":"[redacted]"}')}`],
  ['filters={"session":"pw"}', 'filters={"session":"pw"}'],
  ['filters={"password":12}', `filters=${encodeURIComponent('{"password":"[redacted]"}')}`],
  ['x=a{"password":12}', 'x=a{"password":12}'],
])('the query %s', (query, shown) => expect(redactQuery(query)).toBe(shown));
