import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isLoopback, listen, listenText, parseListen } from '../../../../src/api/wire/listener.ts';
import { errorCode, EXIT } from '../../../../src/errors.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'dbg-listen-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test.for([
  ['unix:/a/b', 'unix:///a/b'],
  ['unix:///a/b', 'unix:///a/b'],
  ['unix:b', 'unix:///here/b'],
  ['unix:../b', 'unix:///b'],
  ['unix:/a b:c', 'unix:///a b:c'],
  ['tcp:127.0.0.1:2375', 'tcp://127.0.0.1:2375'],
  ['tcp://localhost:0/', 'tcp://localhost:0'],
  ['tcp:[::1]:65535', 'tcp://[::1]:65535'],
] as const)('%s is a place to listen', ([text, wanted]) => {
  expect(listenText(parseListen(text, () => '/here'))).toBe(wanted);
});

test.for([
  '',
  'unix:',
  'here',
  '/a/b',
  'tcp:127.0.0.1',
  'tcp:127.0.0.1:65536',
  'tcp::2375',
  'tcp:::1:2375',
  'ssh://a',
  `unix:/${'x'.repeat(107)}`,
  `unix:/${'x'.repeat(94)}/s`,
])('%s is none', (text) => {
  expect(() => parseListen(text, () => '/here')).toThrow(expect.objectContaining({ exitCode: EXIT.usage }));
});

test.for([
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['127.example.org', false],
  ['10.127.0.1', false],
  ['::', false],
] as const)('%s is this machine alone: %s', ([host, wanted]) => {
  expect(isLoopback(host)).toBe(wanted);
});

test('a unix socket is its owner’s alone, and goes; nothing else is left', async () => {
  const path = join(folder, 's');
  const { server, at, close } = await listen({ kind: 'unix', path });
  expect([statSync(path).mode & 0o777, readdirSync(folder), at]).toEqual([0o600, ['s'], { kind: 'unix', path }]);
  const socket = connect(path);
  await once(server, 'connection');
  // It is patient with what is open, then ends it.
  const ended = once(socket.resume(), 'close');
  await close(10);
  await ended;
  expect(existsSync(path)).toBe(false);
});

test('on TCP the kernel’s port is told', async () => {
  const { at, close } = await listen({ kind: 'tcp', host: '127.0.0.1', port: 0 });
  expect(at.kind === 'tcp' && at.port).toBeGreaterThan(0);
  await expect(listen(at)).rejects.toThrow('somebody listens');
  await close(0);
});

const MOST_WAITING = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
const BURST = 2000;

test.for(['unix', 'tcp'] as const)('a burst of 2000 connects, as the engine takes it: %s', async (kind, { skip }) => {
  skip(MOST_WAITING < BURST, `net.core.somaxconn is ${MOST_WAITING}: no server here has so many clients wait`);
  const path = join(folder, 's');
  const { server, at, close } = await listen(kind === 'unix' ? { kind, path } : { kind, host: '127.0.0.1', port: 0 });
  let taken = 0;
  server.on('connection', (socket) => (taken++, socket.resume().on('error', () => undefined)));
  const failed: (string | undefined)[] = [];
  // All of them within one turn of the event loop, in which the server takes none.
  const clients = Array.from({ length: BURST }, () => {
    const client = at.kind === 'unix' ? connect(at.path) : connect(at.port, at.host);
    return client.on('error', (error) => failed.push(errorCode(error)));
  });
  await expect.poll(() => taken + failed.length).toBe(BURST);
  expect(failed).toEqual([]);
  clients.forEach((client) => client.destroy());
  await close(0);
});

test('a place that is taken', async () => {
  const path = join(folder, 's');
  const first = await listen({ kind: 'unix', path });
  await expect(listen({ kind: 'unix', path })).rejects.toThrow('somebody listens');
  await first.close(0);
  writeFileSync(path, 'a file');
  await expect(listen({ kind: 'unix', path })).rejects.toThrow('is no socket');
  expect(readdirSync(folder)).toEqual(['s']);
});
