import { expect, test } from 'vitest';
import { grant } from '../../../src/host-page/host-page.ts';

const PORT = 40_123;
const SECRETS = { token: 'a'.repeat(32), cookie: 'b'.repeat(32) };
const AUTHORIZATION = `Bearer ${SECRETS.token}`;
const COOKIE = `dbg-ui-${PORT}=${SECRETS.cookie}`;
const ask = (url: string, headers: object = {}, method = 'GET') =>
  grant({ url, method, headers: { host: `127.0.0.1:${PORT}`, ...headers } }, PORT, SECRETS);

test('what the token and the cookie open', () => {
  expect(ask(`/?token=${SECRETS.token}`)).toMatchObject({ kind: 'file', name: 'index.html', setCookie: true });
  expect(ask('/web/assets/base.css', { cookie: COOKIE })).toMatchObject({ kind: 'file', name: 'web/assets/base.css' });
  expect(ask('/events', { authorization: AUTHORIZATION })).toEqual({ kind: 'events' });
  expect(ask('/moment?at=17', { authorization: AUTHORIZATION })).toEqual({ kind: 'moment', at: 17 });
});

test.each([
  ['/events', {}],
  ['/events', { cookie: COOKIE }],
  ['/moment?at=17', { cookie: COOKIE }],
  ['/moment', { authorization: AUTHORIZATION }],
  ['/moment?at=-1', { authorization: AUTHORIZATION }],
  ['/moment?at=1e9', { authorization: AUTHORIZATION }],
  ['/call/1', { authorization: AUTHORIZATION }],
  ['/page.js', { cookie: `dbg-api-ui-${PORT}=${SECRETS.cookie}` }],
  ['/web/../../main.js', { cookie: COOKIE }],
  ['/web/assets/x/y/base.css', { cookie: COOKIE }],
  ['/events', { authorization: AUTHORIZATION, host: `evil.example:${PORT}` }],
])('%s with %j opens nothing', (url, headers) => {
  expect(ask(url, headers)).toBeUndefined();
});
