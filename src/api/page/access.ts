import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { parseCalls, type Calls } from './calls.ts';

/**
 * Who may read what. Any process of this machine, and any web page that the person's browser shows, can send requests to a port of
 * 127.0.0.1; the API's traffic is as good as root. So:
 * - the address that dbg prints has a token of 128 bits. It opens the page once; the page's script then keeps the token (sessionStorage,
 *   which no other port can read) and takes it out of the address;
 * - what was on the wire (`/events`, `/call/N`, `/curl/N`, `/save/…`, `/find`) is given for the token in an Authorization header alone: no form, image, script or
 *   frame of another page can send that, and a cookie would not do: browsers send it to every port of 127.0.0.1, also to a
 *   stranger's;
 * - reloading the page needs its three kinds of files, which hold nothing: those are given for a cookie with another random value;
 * - the Host header must name this port of the loopback, so that no name that an attacker lets point at 127.0.0.1 reaches it (DNS rebinding).
 */
export interface Secrets {
  readonly token: string;
  readonly cookie: string;
}

export type Wish =
  | { readonly kind: 'file'; readonly name: string; readonly setCookie: boolean }
  | { readonly kind: 'events' }
  | { readonly kind: 'call'; readonly call: number; readonly from: number }
  | { readonly kind: 'curl'; readonly call: number }
  | { readonly kind: 'save'; readonly as: 'har' | 'recording'; readonly calls: Calls }
  | { readonly kind: 'find'; readonly text: string; readonly calls: Calls };

type Asked = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** What a request may have; undefined: nothing, whatever is wrong with it. */
export function granted({ method, url = '', headers }: Asked, port: number, secrets: Secrets): Wish | undefined {
  if (method !== 'GET' || !isHere(headers.host, port)) return undefined;
  const [path = '', query = ''] = url.split('?', 2);
  const token = /^\/$/.test(path) ? /^token=([^&]+)$/.exec(query)?.[1] : undefined;
  if (token !== undefined) {
    return same(token, secrets.token) ? { kind: 'file', name: 'index.html', setCookie: true } : undefined;
  }
  const file = /^\/((?:[a-z]+\.[a-z]+)?)$/.exec(path)?.[1];
  if (file !== undefined) {
    if (!same(cookieOf(headers.cookie, cookieName(port)), secrets.cookie)) return undefined;
    return { kind: 'file', name: file || 'index.html', setCookie: false };
  }
  if (!same(/^Bearer (\w+)$/.exec(headers.authorization ?? '')?.[1] ?? '', secrets.token)) return undefined;
  if (path === '/events') return { kind: 'events' };
  const curl = /^\/curl\/(\d{1,15})$/.exec(path)?.[1];
  if (curl !== undefined) return { kind: 'curl', call: Number(curl) };
  const as = /^\/save\/(har|recording)$/.exec(path)?.[1] as 'har' | 'recording' | undefined;
  if (as !== undefined || path === '/find') return someCalls(as, new URLSearchParams(query));
  const call = /^\/call\/(\d{1,15})$/.exec(path)?.[1];
  const from = /^from=(\d{1,15})$/.exec(query)?.[1];
  return call === undefined ? undefined : { kind: 'call', call: Number(call), from: Number(from ?? 0) };
}

function someCalls(as: 'har' | 'recording' | undefined, query: URLSearchParams): Wish | undefined {
  const calls = parseCalls(query.get('calls') ?? '');
  const text = query.get('text') ?? '';
  if (calls === undefined) return undefined;
  if (as !== undefined) return { kind: 'save', as, calls };
  return text === '' ? undefined : { kind: 'find', text, calls };
}

/** Cookies are the same for all ports: so that two sessions do not take each other's, the port is in its name. */
export const cookieName = (port: number) => `dbg-api-ui-${port}`;

function isHere(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

function cookieOf(cookies: string | undefined, name: string): string {
  const all = (cookies ?? '').split(/; ?/).map((each) => each.split('='));
  return all.find(([key]) => key === name)?.[1] ?? '';
}

/** In a time that tells nothing of where they differ, nor of their lengths. */
function same(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((each) => createHash('sha256').update(each).digest());
  return timingSafeEqual(a!, b!);
}

/** What every answer says: nothing from elsewhere, nothing inline, no frame, no copy on a disk. */
export const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // Text never becomes markup: the browser refuses innerHTML and its like.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
};
