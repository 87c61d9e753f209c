import { expect, test } from 'vitest';
import type { WireEvent } from '../../../../../src/api/wire/calls/wire-events.ts';
import { readExchange } from '../../../../../src/api/wire/http/exchange.ts';
import { redacted } from '../../../../../src/api/wire/redact/redact.ts';

const SECRET = 'hunter2-T0pSecret';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';

interface Said {
  readonly request: string;
  readonly headers?: readonly string[];
  readonly body?: unknown;
  readonly answer?: unknown;
}

/** A call as bytes, the request's body and the answer in one piece each. */
function bytes({ request, headers = [], body, answer = {} }: Said): { client: Buffer; engine: Buffer } {
  const text = (value: unknown) => (typeof value === 'string' ? value : `${JSON.stringify(value)}\n`);
  const sent = body === undefined ? '' : text(body);
  const length = (content: string) => `Content-Length: ${Buffer.byteLength(content)}`;
  const heads = [`${request} HTTP/1.1`, 'Host: docker', ...headers];
  if (sent) heads.push('Content-Type: application/json', length(sent));
  const back = text(answer);
  return {
    client: Buffer.from(`${heads.join('\r\n')}\r\n\r\n${sent}`),
    engine: Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n${length(back)}\r\n\r\n${back}`),
  };
}

/** What is heard of a call whose bytes come in pieces of this size, before and after. */
function heard(said: Said, size = Infinity): { before: WireEvent[]; after: WireEvent[] } {
  const before: WireEvent[] = [];
  const after: WireEvent[] = [];
  const stage = redacted((event) => after.push(event));
  let call = 0;
  const exchange = readExchange(
    () => ++call,
    (event) => {
      const heardEvent = { ...event, connection: 1, time: 0 };
      before.push(heardEvent);
      stage(heardEvent);
    },
  );
  const { client, engine } = bytes(said);
  for (const piece of pieces(client, size)) exchange.client(piece);
  for (const piece of pieces(engine, size)) exchange.engine(piece);
  return { before, after };
}

function pieces(all: Buffer, size: number): Buffer[] {
  if (size === Infinity) return [all];
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.subarray(at * size, (at + 1) * size));
}

const bodyOf = (events: readonly WireEvent[], from: string) =>
  Buffer.concat(
    events.flatMap((event) => (event.type === 'data' && event.from === from ? [event.data] : [])),
  ).toString();

/** Everything that is heard, bodies as text. */
const all = (events: readonly WireEvent[]) =>
  events.map((event) => (event.type === 'data' ? event.data.toString() : JSON.stringify(event))).join('\n');

test.for<[what: string, Said]>([
  ['registry credentials', { request: 'POST /images/create?fromImage=a', headers: [`X-Registry-Auth: ${SECRET}`] }],
  ['all registries', { request: 'POST /build', headers: [`x-registry-config: ${SECRET}`] }],
  ['basic auth', { request: 'GET /info', headers: [`Authorization: Basic ${SECRET}`] }],
  ['cookies', { request: 'GET /info', headers: [`Cookie: a=${SECRET}`] }],
  [
    'a login',
    { request: 'POST /auth', body: { username: 'ann', password: SECRET }, answer: { IdentityToken: SECRET } },
  ],
  ['build arguments', { request: `POST /build?t=a&buildargs=${encodeURIComponent(JSON.stringify({ A: SECRET }))}` }],
  [
    'a remote with a password',
    { request: `POST /build?remote=${encodeURIComponent(`https://ann:${SECRET}@git/x.git`)}` },
  ],
  ['a variable that is called so', { request: 'POST /containers/create', body: { Env: [`DB_PASSWORD=${SECRET}`] } }],
  [
    'a variable of an inspect',
    { request: 'GET /containers/a/json', answer: { Config: { Env: [`API_KEY=${SECRET}`] } } },
  ],
  ['a variable that looks so', { request: 'POST /containers/create', body: { Env: [`X=${JWT}`] } }],
  ['an URL with a password', { request: 'POST /containers/create', body: { Env: [`X=pg://u:${SECRET}@db/x`] } }],
  ['a variable of an exec', { request: 'POST /containers/a/exec', body: { Env: [`TOKEN=${SECRET}`], Cmd: ['sh'] } }],
  [
    'a variable of a service',
    {
      request: 'POST /services/create',
      body: { TaskTemplate: { ContainerSpec: { Env: [`token=${SECRET}`] } } },
    },
  ],
  ['an argument', { request: 'POST /containers/create', body: { Cmd: ['mysql', `--password=${SECRET}`] } }],
  ['a label', { request: 'POST /containers/create', body: { Labels: { 'traefik.auth': SECRET } } }],
  [
    'an option of a log driver',
    {
      request: 'POST /containers/create',
      body: { HostConfig: { LogConfig: { Config: { 'splunk-token': SECRET } } } },
    },
  ],
  ['a secret', { request: 'POST /secrets/create', body: { Name: 'a', Data: SECRET } }],
  ['configs', { request: 'GET /configs', answer: [{ Spec: { Name: 'a', Data: SECRET } }] }],
  ['the tokens of a swarm', { request: 'GET /swarm', answer: { JoinTokens: { Worker: SECRET, Manager: SECRET } } }],
  ['who joins a swarm', { request: 'POST /swarm/join', body: { JoinToken: SECRET } }],
  ['the key of a swarm', { request: 'GET /swarm/unlockkey', answer: { UnlockKey: SECRET } }],
  [
    'a private key',
    {
      request: 'POST /swarm/init',
      body: { Spec: { CAConfig: { SigningCAKey: `-----BEGIN EC PRIVATE KEY-----\n${SECRET}` } } },
    },
  ],
  [
    'JSON over several lines',
    {
      request: 'POST /containers/create',
      body: JSON.stringify({ Env: [`DB_PASS=${SECRET}`], Password: SECRET }, undefined, 2),
    },
  ],
  [
    'JSON that breaks off',
    { request: 'POST /containers/create', body: `{"Env":["DB_PASS=${SECRET}"],"password":"${SECRET}` },
  ],
])('%s', ([, said]) => {
  const { before, after } = heard(said);
  const secrets = [SECRET, encodeURIComponent(SECRET), JWT];
  expect(secrets.some((secret) => all(before).includes(secret))).toBe(true);
  for (const secret of secrets) expect(all(after)).not.toContain(secret);
  expect(all(after)).toMatch(/\[redacted\]|%5Bredacted%5D/);
});

test.for<[what: string, Said]>([
  [
    'what has none',
    { request: 'GET /containers/json?all=1&filters=%7B%22name%22%3A%5B%22a%22%5D%7D', answer: [{ Id: 'a' }] },
  ],
  [
    'variables that are none',
    {
      request: 'POST /containers/create',
      body: {
        Env: [
          'PATH=/usr/local/sbin:/usr/bin',
          'PWD=/home',
          'MONKEY=banana',
          'AUTHOR=ann',
          'EMPTY_TOKEN=',
          `ID=${'a1'.repeat(32)}`,
        ],
        Labels: { maintainer: 'ann', 'org.opencontainers.image.revision': 'b2'.repeat(20) },
        HostConfig: { Binds: ['/a:/b'], RestartPolicy: { Name: 'no' } },
      },
    },
  ],
  [
    'keys that are none',
    { request: 'GET /containers/a/json', answer: { NetworkSettings: { SandboxKey: '/run/docker/netns/1' } } },
  ],
  [
    'data of something else',
    { request: 'GET /containers/a/json', answer: { GraphDriver: { Data: { LowerDir: '/x' } } } },
  ],
  ['no JSON, though it says so', { request: 'GET /info', answer: 'oops' }],
])('byte for byte: %s', ([, said]) => {
  const { before, after } = heard(said);
  expect(all(after)).toBe(all(before));
  for (const from of ['client', 'engine']) expect(bodyOf(after, from)).toBe(bodyOf(before, from));
});

test('names stay, and what is redacted is the same each time', () => {
  const body = (value: string) => ({ Env: ['A=1', `DB_PASSWORD=${value}`], Image: 'busybox' });
  const [one, other] = ['one', 'another'].map((value) =>
    bodyOf(heard({ request: 'POST /containers/create', body: body(value) }).after, 'client'),
  );
  expect(one).toBe(other);
  expect(JSON.parse(one!)).toEqual({ Env: ['A=1', 'DB_PASSWORD=[redacted]'], Image: 'busybox' });
});

test('in whatever pieces it comes, the same is heard', () => {
  const said = {
    request: 'POST /containers/create',
    body: { Env: [`TOKEN=${SECRET}`, 'Ä=ö'] },
    answer: `{"status":"a"}\n{"auth":"${SECRET}"}\n{"status":"z"}`,
  };
  const whole = heard(said).after;
  for (let size = 1; size < 200; size++) {
    const { after } = heard(said, size);
    expect([bodyOf(after, 'client'), bodyOf(after, 'engine')]).toEqual([
      bodyOf(whole, 'client'),
      bodyOf(whole, 'engine'),
    ]);
  }
});

test('a stream of JSON is heard line by line, as it comes', () => {
  const lines: string[] = [];
  const stage = redacted((event) => void (event.type === 'data' && lines.push(event.data.toString())));
  const exchange = readExchange(
    () => 1,
    (event) => stage({ ...event, connection: 1, time: 0 }),
  );
  exchange.client(Buffer.from('GET /events HTTP/1.1\r\n\r\n'));
  exchange.engine(
    Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'),
  );
  for (const line of ['{"a":1}\n', '{"password":"x"}\n', '{"b":']) {
    exchange.engine(Buffer.from(`${line.length.toString(16)}\r\n${line}\r\n`));
  }
  expect(lines).toEqual(['{"a":1}\n', '{"password":"[redacted]"}\n']);
});

test('a line that is too long is left out, and its digest told', () => {
  const long = JSON.stringify({ password: SECRET, fill: 'x'.repeat(3e6) });
  const { after } = heard({ request: 'GET /info', answer: long }, 65_536);
  expect(after).toContainEqual(expect.objectContaining({ type: 'omitted', from: 'engine', bytes: long.length }));
  expect(all(after)).not.toContain(SECRET);
});

test.each([
  ['session', 'h2c'],
  ['session', 'tcp'],
  ['grpc', 'h2c'],
  ['grpc', 'tcp'],
])('of BuildKit’s /%s by %s, only the amount is heard', (path, protocol) => {
  const events: WireEvent[] = [];
  const stage = redacted((event) => events.push(event));
  const exchange = readExchange(
    () => 1,
    (event) => stage({ ...event, connection: 1, time: 0 }),
  );
  exchange.client(Buffer.from(`POST /${path} HTTP/1.1\r\nUpgrade: ${protocol}\r\nConnection: Upgrade\r\n\r\n`));
  exchange.engine(Buffer.from(`HTTP/1.1 101 UPGRADED\r\nUpgrade: ${protocol}\r\n\r\n`));
  exchange.client(Buffer.from(SECRET));
  exchange.engine(Buffer.from(SECRET));
  stage({ type: 'close', first: 'client', error: undefined, connection: 1, time: 1 });
  expect(JSON.stringify(events)).not.toContain(SECRET);
  expect(events.filter(({ type }) => type === 'data')).toEqual([]);
  expect(events.filter(({ type }) => type === 'omitted')).toEqual([
    expect.objectContaining({ from: 'client', bytes: SECRET.length }),
    expect.objectContaining({ from: 'engine', bytes: SECRET.length }),
  ]);
  expect(events.at(-1)!.type).toBe('close');
});

test('a head that was seen is not looked at again', () => {
  const heads: unknown[] = [];
  const stage = redacted((event) => void (event.type === 'request' && heads.push(event.head)));
  const head = { method: 'GET', target: '/', version: '1.1', headers: [['Cookie', 'a']] as const, doubts: [] };
  for (const call of [1, 2]) stage({ type: 'request', call, head, connection: 1, time: 0 });
  expect(heads[0]).toBe(heads[1]);
});

test('a secret that Podman’s own API is given, or gives back', () => {
  for (const size of [Infinity, 1]) {
    const made = heard(
      { request: 'POST /v4.3.1/libpod/secrets/create?name=s', body: SECRET, answer: { ID: 'a1' } },
      size,
    );
    expect(bodyOf(made.before, 'client')).toBe(SECRET);
    expect(bodyOf(made.after, 'client')).toBe('[redacted]');
    expect(JSON.stringify(made.after)).not.toContain('omitted');
  }
  const shown = heard({
    request: 'GET /libpod/secrets/s/json?showsecret=true',
    answer: { ID: 'a1', Spec: { Name: 's' }, SecretData: SECRET },
  });
  expect(bodyOf(shown.after, 'engine')).toBe('{"ID":"a1","Spec":{"Name":"s"},"SecretData":"[redacted]"}\n');
});
