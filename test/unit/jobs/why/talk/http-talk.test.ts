import { afterAll, expect, test } from 'vitest';
import { askHttp, nextHop } from '../../../../../src/jobs/why/talk/http-talk.ts';
import type { Hop } from '../../../../../src/why/connection/talk/talk-facts.ts';
import { closeServers, dialTo, plainServer } from './talk-servers.ts';

afterAll(closeServers);

const PAGE = new URL('http://db:8080/health?x=1');

test.each([
  ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', { outcome: 'answered', status: 200, text: 'ok' }],
  ['HTTP/1.1 204 No Content\r\n\r\n', { outcome: 'answered', status: 204, text: '' }],
  ['HTTP/1.0 500 Oops\nX: y\n\n<html><h1>It  broke</h1>', { outcome: 'answered', status: 500, text: 'It broke' }],
  ['HTTP/1.1 301 M\r\nLocation: /login\r\n\r\n', { status: 301, location: 'http://db:8080/login' }],
  ['HTTP/1.1 302 M\r\nLocation: https://[\r\n\r\n', { status: 302, location: undefined }],
  ['HTTP/1.1 201 C\r\nLocation: /made\r\n\r\n', { status: 201, location: undefined }],
  ['-ERR unknown command\r\n', { outcome: 'not HTTP', text: '-ERR unknown command' }],
  ['HTTP/1.1 200 OK\r\nno header\r\n\r\n', { outcome: 'not HTTP', text: 'HTTP/1.1 200 OK' }],
  ['HTTP/1.1 200 OK\r\nhalf: a he', { outcome: 'not HTTP' }],
  ['', { outcome: 'closed', status: 0 }],
  [undefined, { outcome: 'silent', status: 0 }],
])('%j', async (says, hop) => {
  const dialed = await dialTo(await plainServer(says, true));
  const asked = await askHttp(dialed.stream, PAGE, { patienceMs: says === undefined ? 100 : 2000, clock: Date.now });
  expect(asked).toMatchObject({ url: PAGE.href, ...hop });
  expect(dialed.beginning().toString()).toBe(says ?? '');
  dialed.close();
});

test('the head is enough where a connection is kept and no body comes', async () => {
  for (const head of ['HTTP/1.1 302 F\r\nLocation: /\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n']) {
    const dialed = await dialTo(await plainServer(head, true, true));
    const { outcome } = await askHttp(dialed.stream, PAGE, { patienceMs: 60_000, clock: Date.now });
    expect(outcome).toBe('answered');
    dialed.close();
  }
});

const hop = (url: string, location?: string): Hop => ({
  url,
  outcome: 'answered',
  status: location ? 302 : 200,
  location,
  firstByteMs: 1,
  text: '',
});
test.each([
  ['to another page', [hop('http://db/', 'http://db/login')], 'http://db/login'],
  ['to TLS', [hop('http://db/', 'https://db/')], 'https://db/'],
  ['to itself', [hop('http://db/', 'http://db/')], undefined],
  ['round', [hop('http://db/', 'http://db/a'), hop('http://db/a', 'http://db/')], undefined],
  ['to another host', [hop('http://db/', 'http://www/')], undefined],
  ['to another protocol', [hop('http://db/', 'ftp://db/')], undefined],
  ['nowhere', [hop('http://db/')], undefined],
  ['on and on', Array.from({ length: 10 }, (_, at) => hop(`http://db/${at}`, `http://db/${at + 1}`)), undefined],
])('a redirect %s', (_, hops, to) => expect(nextHop(hops)?.href).toBe(to));
