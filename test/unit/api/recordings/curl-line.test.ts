import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { curlLine } from '../../../../src/api/recordings/curl-line.ts';
import type { RecordingHeader } from '../../../../src/api/recordings/recording-format.ts';
import { answer, callsOf, request } from './wire.ts';

const UNIX: RecordingHeader = { recording: 'dbg api', version: 1, started: 0, engine: 'unix:///run/my docker.sock' };
const TLS: RecordingHeader = { ...UNIX, engine: 'tcp://build:2376', tls: true };
const JSON_TYPE = 'Content-Type: application/json';
const UPGRADE = ['Connection: Upgrade', 'Upgrade: tcp'];

const lineOf = (pieces: ReturnType<typeof request>, header = UNIX, more: readonly object[] = []) =>
  curlLine(callsOf(pieces, more)[0]!, header);

test.each<[ReturnType<typeof request>, string]>([
  [request('GET /v1.41/info'), `'http://docker/v1.41/info'`],
  [request('HEAD /_ping'), `--head 'http://docker/_ping'`],
  [
    request('DELETE /containers/a?force=1&v=1', '', ['X-Empty:', "X-Quote: it's"]),
    `-X DELETE -H 'X-Empty;' -H 'X-Quote: it'\\''s' 'http://docker/containers/a?force=1&v=1'`,
  ],
  [
    request('POST /containers/create', '{"Cmd":["it\'s","$(x)"]}\n', [JSON_TYPE, 'Expect: 100-continue']),
    `-X POST -H 'Content-Type: application/json' --data-binary '{"Cmd":["it'\\''s","$(x)"]}' 'http://docker/containers/create'`,
  ],
  [request('POST /x', '@/etc/passwd'), `-X POST -H Content-Type: --data-raw @/etc/passwd 'http://docker/x'`],
  [request('GET /x?filters={"a":["b"]}'), `--globoff 'http://docker/x?filters={"a":["b"]}'`],
  [request('GET /a/../b'), `--path-as-is 'http://docker/a/../b'`],
  [request('GET /a#b'), `--request-target '/a#b' 'http://docker/a#b'`],
  [request('GET /events?since=1'), `--no-buffer 'http://docker/events?since=1'`],
  [request('GET /x', '', ['X-Name: ü']), `-H 'X-Name: ü' 'http://docker/x'`],
  [request('GET /x', '', ["X-Name: a'\u202eb"]), `-H $'X-Name: a\\x27\\xe2\\x80\\xaeb' 'http://docker/x'`],
])('%j', (pieces, line) => {
  expect(lineOf(pieces)).toEqual({ line: `curl --unix-socket '/run/my docker.sock' ${line}`, notes: [] });
});

test.each([
  ['bytes', Buffer.from([0, 255, 39])],
  ['what drives a terminal', Buffer.from('a\u001b[2J')],
  ['what reorders text', Buffer.from('a\u202eb')],
  ['much', Buffer.alloc(100_000, 'x')],
])('a body of %s goes through base64', (_, body) => {
  const { line } = lineOf(request('POST /x', body));
  const [, command] = /^(printf .* \| base64 -d) \| curl .* --data-binary @- '/.exec(line)!;
  expect(execFileSync('sh', { input: command! }).equals(body)).toBe(true);
});

test('an upgrade; what is to know of it', () => {
  const { line, notes } = lineOf(request('POST /exec/1/start', '{}', [...UPGRADE, JSON_TYPE]));
  expect(line).toContain(`-X POST --http1.1 --no-buffer -H 'Connection: Upgrade' -H 'Upgrade: tcp'`);
  expect(notes).toEqual([expect.stringContaining('is a stream'), expect.stringContaining('an exec starts only once')]);
});

test('TCP, TLS', () => {
  expect(lineOf(request('GET /info'), { ...TLS, tls: false }).line).toBe(`curl 'http://build:2376/info'`);
  expect(lineOf(request('GET /info'), TLS)).toEqual({
    line: `curl 'https://build:2376/info'`,
    notes: [expect.stringContaining('--cacert')],
  });
});

test('a body that is not all there; secrets that are not', () => {
  const omitted = { type: 'omitted', call: 1, from: 'client', bytes: 6, digest: 'gmac:f00d' };
  const open = [['client', 'POST /x HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc']] as const;
  expect(lineOf([...open], UNIX, [omitted])).toEqual({
    line: expect.stringContaining(`--data-binary @BODY 'http://docker/x'`),
    notes: [expect.stringMatching(/f00d.*BODY/)],
  });
  const hidden = Buffer.from('{"password":"[redacted]"}').toString('base64url');
  expect(lineOf(request('GET /x', '', [`X-Registry-Auth: ${hidden}`])).notes).toEqual([
    expect.stringContaining('secrets were left out'),
  ]);
});

test('an engine on IPv6', () => {
  for (const engine of ['tcp://::1:2375', 'tcp://[::1]:2375']) {
    expect(lineOf(request('GET /info'), { ...UNIX, engine }).line).toBe(`curl --globoff 'http://[::1]:2375/info'`);
  }
});

test.each([
  ['GET @evil/x', UNIX.engine],
  ['GET http://evil/x', UNIX.engine],
  ['OPTIONS *', UNIX.engine],
  ['-o /x', UNIX.engine],
  ['GET /x', '-K/tmp/evil'],
  ['GET /x', 'tcp://a:1@evil:2'],
  ['GET /x', 'tcp://evil:2/x?'],
])('no line is made of what would ask something else: %s of %s', (first, engine) => {
  expect(() => lineOf(request(first), { ...UNIX, engine })).toThrow(/no curl line is printed for call 1/);
});

test('what is no HTTP/1 request cannot be asked again', () => {
  expect(() => lineOf([['client', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']])).toThrow(/HTTP\/2/);
  expect(() => lineOf([['client', 'hello\r\n\r\n'], answer('400 Bad Request', '')])).toThrow(/could not be read/);
});
