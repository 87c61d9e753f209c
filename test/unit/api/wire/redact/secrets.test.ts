import { expect, test } from 'vitest';
import type { WireEvent } from '../../../../../src/api/wire/calls/wire-events.ts';
import { readExchange } from '../../../../../src/api/wire/http/exchange.ts';
import { redacted } from '../../../../../src/api/wire/redact/redact.ts';
import { shellLine } from '../../../../../src/text.ts';
import { COMMANDS, INNOCENT, LINES, MISSED, OPTIONS, SECRET, TOKENS, VARIABLES } from './secrets.ts';

/** A request, with a body as it is or as JSON, and its answer, as JSON. */
interface Call {
  readonly target: string;
  readonly headers?: readonly string[];
  readonly body?: unknown;
  readonly type?: string;
  readonly answer?: unknown;
}

/** All that is heard of it: heads and bodies, as text. */
function heard({ target, headers = [], body, type = 'application/json', answer = {} }: Call, stage = redacted): string {
  const events: WireEvent[] = [];
  const onEvent = stage((event) => events.push(event));
  const exchange = readExchange(
    () => 1,
    (event) => onEvent({ ...event, connection: 1, time: 0 }),
  );
  const sent = Buffer.from(body === undefined || typeof body === 'string' ? (body ?? '') : JSON.stringify(body));
  const typed = type === '' ? [] : [`Content-Type: ${type}`];
  const head = [`POST ${target} HTTP/1.1`, ...headers, ...typed, `Content-Length: ${sent.length}`];
  exchange.client(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), sent]));
  const back = Buffer.from(JSON.stringify(answer));
  const from = ['HTTP/1.1 200 OK', 'Content-Type: application/json', `Content-Length: ${back.length}`];
  exchange.engine(Buffer.concat([Buffer.from(`${from.join('\r\n')}\r\n\r\n`), back]));
  onEvent({ type: 'close', first: 'client', error: undefined, connection: 1, time: 1 });
  return events
    .map((event) => (event.type === 'data' ? event.data.toString() : JSON.stringify(event)))
    .map((text) => text.replaceAll('%2B', '+'))
    .join('\n');
}

/** What of it a reader could use: all of it, and where it is long, its last part, as what is half redacted keeps that. */
const traces = (secret: string) => {
  const inJson = JSON.stringify(secret).slice(1, -1);
  const last = /[\w$./-]{8,}$/.exec(secret)?.[0].slice(-16) ?? secret;
  return [secret, inJson, encodeURIComponent(secret), ...(last === 'END' ? [] : [last])];
};

function expectHidden(call: Call, ...secrets: readonly string[]): void {
  const plain = heard(call, (onEvent) => onEvent);
  const safe = heard(call);
  for (const secret of secrets) {
    expect(traces(secret).some((trace) => plain.includes(trace))).toBe(true);
    for (const trace of traces(secret)) expect(safe, safe).not.toContain(trace);
  }
  expect(safe).toMatch(/\[redacted\]|%5Bredacted%5D|"omitted"/);
}

const query = encodeURIComponent;
const ask = (body: unknown): Call => ({ target: '/v1.41/containers/create', body });
const answered = (answer: unknown): Call => ({ target: '/v1.41/x', answer });

/** What of a command's words is secret: the marker, or the word that has none of it but is one. */
const secretOf = (words: readonly string[]) =>
  words.some((word) => word.includes(SECRET))
    ? SECRET
    : words.find((word) => word.length >= 32 && !word.includes('/'))!;

test.for(COMMANDS)('a command: %s', ([, argv]) => {
  const [program = '', ...args] = argv;
  const secret = secretOf(argv);
  for (const call of [
    ask({ Cmd: argv }),
    ask({ Cmd: args, Image: 'busybox', Entrypoint: [program] }),
    ask({ Entrypoint: argv }),
    ask({ Healthcheck: { Test: ['CMD', ...argv] } }),
    ask({ TaskTemplate: { ContainerSpec: { Command: [program], Args: args } } }),
    { target: '/v1.41/containers/a/exec', body: { AttachStdout: true, Cmd: argv } },
    answered({ Path: program, Args: args }),
    answered({ ProcessConfig: { tty: false, arguments: args, entrypoint: program } }),
    answered({ Config: { Healthcheck: { Test: ['CMD-SHELL', shellLine(argv)] } } }),
    ask({ Cmd: ['sh', '-c', shellLine(argv)] }),
    ask({ Cmd: ['bash', '-c', `exec gosu ann ${shellLine(['sh', '-c', shellLine(argv)])}`] }),
    answered([{ CreatedBy: `/bin/sh -c #(nop)  CMD [${argv.map((word) => JSON.stringify(word)).join(' ')}]` }]),
    { target: `/v1.41/commit?changes=${query(`CMD ${JSON.stringify(argv)}`)}` },
  ]) {
    expectHidden(call, secret);
  }
  // docker ps and the events put blanks between words, and no quotes around them.
  if (argv.every((word) => !/[\s'"\\]/.test(word))) {
    expectHidden(answered({ status: `exec_create: ${argv.join(' ')}` }), secret);
    expectHidden(answered([{ Command: argv.join(' ') }]), secret);
    expectHidden(answered({ Processes: [['root', '1', argv.join(' ')]] }), secret);
  }
});

test('a command whose program is the image’s', () => {
  for (const [image, ...args] of [
    ['curlimages/curl:8.1', '-u', `ann:${SECRET}`, 'http://web/'],
    ['registry.example.com:5000/tools/redis-cli@sha256:00', '-a', SECRET],
    ['minio/mc', 'alias', 'set', 'store', 'http://minio', 'ann', SECRET],
  ] as const) {
    expectHidden(ask({ Cmd: args, Image: image }), SECRET);
  }
});

test.for(LINES)('a line: %s', ([, line]) => {
  const secret = line.includes(SECRET) ? SECRET : /[\da-f]{64}|aB3[\w]{21}/.exec(line)![0];
  for (const call of [
    ask({ Cmd: ['sh', '-c', line] }),
    ask({ Cmd: line }),
    ask({ Healthcheck: { Test: ['CMD-SHELL', line] } }),
    ask({ Healthcheck: { Test: ['CMD', 'sh', '-c', line] } }),
    { target: '/v1.41/containers/a/exec', body: { Cmd: ['/bin/bash', '-lc', line] } },
    answered({ status: `exec_create: sh -c ${line}` }),
    answered([{ CreatedBy: `/bin/sh -c ${line}` }]),
    answered([{ Command: JSON.stringify(`sh -c ${line}`) }]),
    { target: `/v1.41/commit?changes=${query(`CMD ${line}`)}` },
    ask({ Env: [`SCRIPT=${line}`], Labels: { run: line } }),
  ]) {
    expectHidden(call, secret);
  }
});

test('what a shell does not take for a variable, as it stands in single quotes', () => {
  for (const line of ["echo '$SHOP_PASS' | sudo -S true", "mysql -p'$SHOP_PASS' shop"]) {
    expectHidden(ask({ Cmd: ['sh', '-c', line] }), '$SHOP_PASS');
  }
});

test.for(TOKENS)('by its looks: %s', ([, token]) => {
  for (const call of [
    ask({ Env: [`SETTING=${token}`] }),
    ask({ Cmd: ['/app', token] }),
    ask({ Cmd: ['sh', '-c', `/app '${token}' && true`] }),
    ask({ Cmd: ['/app', `--setting=${token}`] }),
    ask({ Labels: { setting: token } }),
    ask({ HostConfig: { LogConfig: { Config: { setting: token } } } }),
    ask({ Note: `it is ${token}` }),
    { target: `/v1.41/build?note=${query(token)}` },
    { target: '/v1.41/x', body: { setting: token }, type: 'application/octet-stream' },
    answered({ message: `no such thing: ${token}` }),
  ]) {
    expectHidden(call, token);
  }
});

test.for(VARIABLES)('a variable: %s', ([, variable]) => {
  const value = variable.slice(variable.indexOf('=') + 1);
  const secret = variable.includes(SECRET) ? SECRET : value;
  for (const call of [
    ask({ Env: [variable] }),
    answered({ Config: { Env: ['A=1', variable] } }),
    ask({ TaskTemplate: { ContainerSpec: { Env: [variable] } } }),
    { target: '/v1.41/containers/a/exec', body: { Env: [variable], Cmd: ['true'] } },
    ask({ Cmd: ['env', variable, '/app'] }),
  ]) {
    expectHidden(call, secret);
  }
});

test.for(OPTIONS)('an option or a label: %s', ([key, value]) => {
  const secret = value.includes(SECRET) ? SECRET : value;
  for (const map of ['Labels', 'Options', 'DriverOpts', 'Opts', 'Annotations', 'Attributes'] as const) {
    expectHidden(ask({ [map]: { [key]: value } }), secret);
  }
  expectHidden(ask({ HostConfig: { LogConfig: { Type: 'x', Config: { [key]: value } } } }), secret);
  expectHidden(ask({ HostConfig: { StorageOpt: { [key]: value } } }), secret);
  expectHidden({ target: `/v1.41/build?labels=${query(JSON.stringify({ [key]: value }))}` }, secret);
});

const login = JSON.stringify({ user: 'ann', password: SECRET });
test.for<[kind: string, call: Call]>([
  ['JSON as bytes', { target: '/v1.41/x', body: login, type: 'application/octet-stream' }],
  ['a list of JSON as bytes', { target: '/x', body: ` [${login}]`, type: 'application/octet-stream' }],
  ['JSON as XML', { target: '/x', body: login, type: 'application/xml' }],
  ['JSON as a page', { target: '/x', body: login, type: 'text/html; charset=utf-8' }],
  ['JSON as something of its own', { target: '/x', body: login, type: 'application/vnd.example' }],
  ['JSON behind a byte order mark', { target: '/x', body: `\ufeff${login}`, type: '' }],
  ['a login as bytes', { target: '/auth', body: login, type: 'application/octet-stream' }],
  ['a secret as bytes', { target: '/secrets/create', body: { Data: SECRET }, type: 'application/octet-stream' }],
  ['a form', { target: '/x', body: `a=b&client_secret=${SECRET}`, type: 'application/x-www-form-urlencoded' }],
  ['a form, encoded', { target: '/x', body: `a=b&pass%77ord=${SECRET}`, type: 'application/x-www-form-urlencoded' }],
  [
    'an address in a form',
    { target: '/x', body: `url=${query(`http://ann:${SECRET}@x/`)}`, type: 'application/x-www-form-urlencoded' },
  ],
  ['a text', { target: '/x', body: `password: ${SECRET}`, type: 'text/plain' }],
  ['YAML', { target: '/x', body: `a: b\napi_key: ${SECRET}\n`, type: 'application/yaml' }],
  ['JSON with keys of its own', ask({ x: { clientSecret: SECRET } })],
  ['a key of an API', ask({ x: { api_key: SECRET } })],
  ['a passphrase', ask({ x: { keyPassphrase: SECRET } })],
  ['a number', ask({ password: 471_147_114_711, token: SECRET })],
  ['a name and a value', ask({ Settings: [{ Name: 'db-password', Value: SECRET }] })],
  ['a value and a name', ask({ Settings: [{ value: SECRET, key: 'apiToken' }] })],
  ['an address in the query', { target: `/build?remote=${query(`https://x/a?sig=${SECRET}`)}` }],
  ['a password in the query', { target: `/x?password=${SECRET}` }],
  ['a signature in the query', { target: `/x?sv=1&sig=${SECRET}` }],
  ['a key in the query', { target: `/x?api_key=${SECRET}` }],
  ['a label in the query', { target: `/containers/json?filters=${query(`{"label":["api-auth=${SECRET}"]}`)}` }],
  ['a label as a key', { target: `/containers/json?filters=${query(`{"label":{"api-auth=${SECRET}":true}}`)}` }],
  ['what a build is to do', { target: `/commit?changes=${query(`HEALTHCHECK CMD curl -u ann:${SECRET} http://x`)}` }],
  ['a header of an API', { target: '/x', headers: [`X-Api-Key: ${SECRET}`] }],
  ['a header of a session', { target: '/x', headers: [`X-Session-Id: ${SECRET}`] }],
  ['a header in an address', { target: '/x', headers: [`Referer: http://x/?access_token=${SECRET}`] }],
  ['what a proxy asks for', { target: '/x', headers: [`X-Forwarded-Authorization: Basic ${SECRET}`] }],
  ['what the engine says went wrong', answered({ message: `exec: "mysql -p${SECRET}": not found` })],
])('a body, a query, a header: %s', ([, call]) => expectHidden(call, SECRET));

test.for(MISSED)('is not told from what is no secret: %s', ([, body, secret = SECRET]) =>
  expect(heard(ask(body))).toContain(secret),
);

const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);

test('they are so many', () => {
  const planted = [COMMANDS, LINES, TOKENS, VARIABLES, OPTIONS].map(({ length }) => length);
  expect(sum(planted)).toBeGreaterThan(250);
  expect(
    sum([INNOCENT.commands, INNOCENT.lines, INNOCENT.variables, INNOCENT.labels].map((all) => all.length)),
  ).toBeGreaterThan(80);
});

/** Byte for byte. */
function expectKept(call: Call): void {
  expect(heard(call)).toBe(heard(call, (onEvent) => onEvent));
}

test.for(INNOCENT.commands.map((argv) => [argv.join(' '), argv] as const))('stays: %s', ([, argv]) => {
  expectKept(ask({ Cmd: argv }));
  expectKept(ask({ Cmd: argv.slice(1), Entrypoint: [argv[0]] }));
  expectKept(ask({ Healthcheck: { Test: ['CMD', ...argv] } }));
  expectKept(ask({ Cmd: ['sh', '-c', shellLine(argv)] }));
  expectKept(answered({ Path: argv[0], Args: argv.slice(1), status: `exec_create: ${argv.join(' ')}` }));
});

test.for(INNOCENT.lines)('stays: %s', (line) => {
  expectKept(ask({ Cmd: ['sh', '-c', line] }));
  expectKept(ask({ Healthcheck: { Test: ['CMD-SHELL', line] } }));
  expectKept(answered({ status: `exec_create: sh -c ${line}` }));
});

test.for(INNOCENT.variables)('stays: %s', (variable) => expectKept(ask({ Env: [variable] })));

test.for(INNOCENT.labels)('stays: %s=%s', ([key, value]) => {
  expectKept(ask({ Labels: { [key]: value } }));
  expectKept(ask({ DriverOpts: { [key]: value } }));
});

test.for<[kind: string, call: Call]>([
  ['secrets that are named', ask({ Secrets: [{ SecretID: 'a1b2', SecretName: 'db-password', File: { Name: 'db' } }] })],
  ['keys of the engine', answered({ SandboxKey: '/run/docker/netns/a', SecurityOptions: ['name=seccomp'] })],
  ['bytes that begin like JSON', { target: '/x', body: '{\0\0"password":"a"}', type: 'application/octet-stream' }],
  ['bytes', { target: '/x', body: '\u0001\u0002[redact', type: 'application/octet-stream' }],
  ['a tar', { target: '/x', body: `[id].js${'\0'.repeat(93)}password=a`, type: 'application/octet-stream' }],
  ['names and values', ask({ Settings: [{ Name: 'db-host', Value: 'db' }] })],
  ['a filter', { target: `/containers/json?filters=${query('{"label":["app=shop","tier=web"]}')}` }],
  ['a query', { target: '/images/json?all=1&digests=0&signal=SIGTERM&key=a' }],
  ['headers', { target: '/x', headers: ['Sec-WebSocket-Key: abc', 'X-Request-Id: 7f3a', 'Idempotency-Key: 17'] }],
])('stays: %s', ([, call]) => expectKept(call));
