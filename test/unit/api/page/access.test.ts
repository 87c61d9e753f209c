import { expect, test } from 'vitest';
import { granted, HEADERS } from '../../../../src/api/page/access.ts';

const PORT = 40_123;
const SECRETS = { token: 'a'.repeat(32), cookie: 'b'.repeat(32) };
const HOST = `127.0.0.1:${PORT}`;
const COOKIE = `dbg-api-ui-${PORT}=${SECRETS.cookie}`;
const BEARER = `Bearer ${SECRETS.token}`;

interface Asked {
  readonly url: string;
  readonly method?: string;
  readonly host?: string;
  readonly cookie?: string;
  readonly authorization?: string;
}

const ask = ({ url, method = 'GET', host = HOST, ...headers }: Asked) =>
  granted({ url, method, headers: { host, ...headers } }, PORT, SECRETS);

test.each<[Asked, unknown]>([
  [{ url: `/?token=${SECRETS.token}` }, { kind: 'file', name: 'index.html', setCookie: true }],
  [
    { url: `/?token=${SECRETS.token}`, host: `localhost:${PORT}` },
    { kind: 'file', name: 'index.html', setCookie: true },
  ],
  [
    { url: '/', cookie: COOKIE },
    { kind: 'file', name: 'index.html', setCookie: false },
  ],
  [
    { url: '/page.js', cookie: `x=1; ${COOKIE}` },
    { kind: 'file', name: 'page.js', setCookie: false },
  ],
  [{ url: '/events', authorization: BEARER }, { kind: 'events' }],
  [
    { url: '/call/7?from=3', authorization: BEARER },
    { kind: 'call', call: 7, from: 3 },
  ],
  [
    { url: '/call/7', authorization: BEARER },
    { kind: 'call', call: 7, from: 0 },
  ],
  [
    { url: '/curl/7', authorization: BEARER },
    { kind: 'curl', call: 7 },
  ],
  [
    { url: '/save/har?calls=1-3,7', authorization: BEARER },
    {
      kind: 'save',
      as: 'har',
      calls: [
        [1, 3],
        [7, 7],
      ],
    },
  ],
  [
    { url: '/find?text=a%26b&calls=2', authorization: BEARER },
    { kind: 'find', text: 'a&b', calls: [[2, 2]] },
  ],
])('%j may', (asked, wish) => {
  expect(ask(asked)).toEqual(wish);
});

test.each<Asked>([
  { url: '/' },
  { url: '/?token=' },
  { url: `/?token=${SECRETS.token.slice(1)}` },
  { url: `/?token=${SECRETS.cookie}` },
  { url: `/?token=${SECRETS.token}&token=x` },
  { url: '/page.js' },
  { url: `/page.js?token=${SECRETS.token}` },
  { url: '/page.js', cookie: `dbg-api-ui-1=${SECRETS.cookie}` },
  { url: '/page.js', cookie: COOKIE.replace(/b$/, 'c') },
  { url: '/../main.js', cookie: COOKIE },
  // The cookie goes to every port of 127.0.0.1; it opens nothing of the wire.
  { url: '/events', cookie: COOKIE },
  { url: '/call/1', cookie: COOKIE },
  { url: '/curl/1', cookie: COOKIE },
  { url: '/save/har?calls=1', cookie: COOKIE },
  { url: '/find?text=a&calls=1', cookie: COOKIE },
  { url: '/curl/1' },
  { url: '/save/recording?calls=1' },
  { url: '/save/else?calls=1', authorization: BEARER },
  { url: '/save/har', authorization: BEARER },
  { url: '/save/har?calls=1-', authorization: BEARER },
  { url: '/find?text=&calls=1', authorization: BEARER },
  { url: '/find', authorization: BEARER },
  { url: `/events?token=${SECRETS.token}` },
  { url: '/events', authorization: `Bearer ${SECRETS.cookie}` },
  { url: '/events', authorization: 'Bearer ' },
  { url: '/call/1e3', authorization: BEARER },
  { url: '/call/-1', authorization: BEARER },
  { url: `http://${HOST}/events`, authorization: BEARER },
  { url: `/?token=${SECRETS.token}`, method: 'HEAD' },
  { url: '/events', method: 'POST', authorization: BEARER },
  { url: '/events', method: 'OPTIONS', authorization: BEARER },
  { url: '/events', host: 'evil.example', authorization: BEARER },
  { url: '/events', host: '127.0.0.1', authorization: BEARER },
  { url: '/events', host: `127.0.0.1:${PORT + 1}`, authorization: BEARER },
  { url: '/events', host: `127.0.0.1:${PORT}.evil.example`, authorization: BEARER },
  { url: '/events', host: '', authorization: BEARER },
])('%j may not', (asked) => {
  expect(ask(asked)).toBeUndefined();
});

test('no answer lets another origin read it, nor this page load from elsewhere', () => {
  expect(Object.keys(HEADERS).filter((name) => name.startsWith('Access-Control'))).toEqual([]);
  expect(HEADERS['Content-Security-Policy']).not.toMatch(/unsafe|https?:|\*/);
});
