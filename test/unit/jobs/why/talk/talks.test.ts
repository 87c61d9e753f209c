import { spawn } from 'node:child_process';
import { afterAll, expect, test } from 'vitest';
import { relay } from '../../../../../src/host/run/stream.ts';
import { httpTalk, type Place, tlsTalk } from '../../../../../src/jobs/why/talk/talks.ts';
import { fakeContext, fakeHost } from '../../../fakes.ts';
import { CERTIFICATE, closeServers, plainServer, tlsServer } from './talk-servers.ts';

afterAll(closeServers);

/** A host that runs relays really, in the network namespace of the test. */
const ctx = fakeContext({
  host: { ...fakeHost(), relay: async (argv) => relay(argv, process.env) },
  clock: () => performance.now(),
});
const place = (port: number, patienceMs = 2000): Place => ({
  into: (argv) => [...argv],
  address: '127.0.0.1',
  port,
  name: 'db.example',
  patienceMs: 4 * patienceMs,
  deadline: performance.now() + patienceMs,
});
const roots = { roots: [CERTIFICATE], bundle: { files: ['/ca.pem'], count: 1 } };
const answer = (head: string, body = '') => `HTTP/1.1 ${head}\r\n\r\n${body}`;

test('TLS by way of a relay', async () => {
  const { talk, needsSmall } = await tlsTalk(ctx, place(await tlsServer()), roots);
  expect([talk.outcome, talk.isForName, talk.distrust, needsSmall]).toEqual(['spoken', true, '', false]);
});

test('nobody listens', async () => {
  expect((await tlsTalk(ctx, place(1), roots)).talk).toMatchObject({ outcome: 'refused', alert: '' });
  const { talk } = await httpTalk(ctx, place(1), '/', false);
  expect(talk.hops).toMatchObject([{ outcome: 'closed', text: 'ECONNREFUSED' }]);
});

test('HTTP over TLS, and a path with two slashes', async () => {
  const port = await tlsServer({}, (socket) =>
    socket.once('data', (asked) => socket.end(answer('200 OK', String(asked)))),
  );
  const { talk } = await httpTalk(ctx, place(port), '//x?y', true);
  expect(talk.hops).toMatchObject([
    { outcome: 'answered', status: 200, url: `https://db.example:${port}//x?y`, text: 'GET //x?y HTTP/1.1' },
  ]);
});

test('a redirect is followed, at the same address', async () => {
  const second = await plainServer(answer('200 OK'), true);
  const first = await plainServer(answer(`302 Found\r\nLocation: http://db.example:${second}/there`), true);
  const { talk } = await httpTalk(ctx, place(first), '/', false);
  expect(talk.hops.map(({ url, status }) => [new URL(url).pathname, status])).toEqual([
    ['/', 302],
    ['/there', 200],
  ]);
});

test('a redirect to TLS, where none is spoken', async () => {
  const plain = await plainServer('hello\r\n');
  const first = await plainServer(answer(`301 Moved\r\nLocation: https://db.example:${plain}/`), true);
  const { talk } = await httpTalk(ctx, place(first), '/', false);
  expect(talk.hops).toMatchObject([{ status: 301 }, { outcome: 'no TLS', text: 'hello' }]);
});

test('silence is waited for twice, and not beyond the deadline', async () => {
  const began = performance.now();
  const { talk, needsSmall } = await tlsTalk(ctx, place(await plainServer(undefined), 1500), roots);
  expect([talk.outcome, needsSmall]).toEqual(['silent', false]);
  expect(performance.now() - began).toBeLessThan(3000);
});

test('a relay ends with its stdin, and with dbg', async () => {
  const port = await plainServer(undefined);
  const { relayArgv } = await import('../../../../../src/network/reach/relay.ts');
  const [file, ...args] = relayArgv(5, '127.0.0.1', port);
  const child = spawn(file!, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.end();
  expect(await new Promise((resolve) => void child.once('close', resolve))).toBe(0);
});
