import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * The two secrets that say who may read what of a local page. Any process of this machine, and any
 * web page that the person's browser shows, can send requests to a port of 127.0.0.1. What such a
 * page of dbg shows is as good as root. So:
 * - The address that dbg prints has a token of 128 bits. It opens the page once. The page's script
 *   then keeps the token (sessionStorage, which no other port can read), and takes it out of the
 *   address.
 * - Data is given only for the token in an Authorization header. No form, image, script or frame of
 *   another page can send that header. A cookie would not do: browsers send cookies to every port
 *   of 127.0.0.1, so also to a stranger's port.
 * - Reloading the page needs its three kinds of files, which hold nothing secret. They are given
 *   for a cookie with another random value.
 * - The Host header must name this port of the loopback. So a name that an attacker lets point at
 *   127.0.0.1 does not reach the page (DNS rebinding).
 */
export interface Secrets {
  readonly token: string;
  readonly cookie: string;
}

/** The wish for a file of the page: its path below the page's folder. */
export interface FileWish {
  readonly kind: 'file';
  readonly name: string;
  readonly setCookie: boolean;
}

/** A request for data, whose token was right. What it asks for is not judged yet. */
export interface DataRequest {
  readonly kind: 'data';
  readonly path: string;
  readonly query: string;
}

export type Asked = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/**
 * Gives what a request may have. undefined: nothing, whatever is wrong with the request. `cookie`
 * is the name of the page's cookie. Cookies are shared by all ports of a host, so the name has the
 * port in it: two sessions do not take each other's.
 */
export function admitted(
  { method, url = '', headers }: Asked,
  port: number,
  secrets: Secrets,
  cookie: string,
): FileWish | DataRequest | undefined {
  if (method !== 'GET' || !isHere(headers.host, port)) return undefined;
  const [path = '', query = ''] = url.split('?', 2);
  const token = /^\/$/.test(path) ? /^token=([^&]+)$/.exec(query)?.[1] : undefined;
  if (token !== undefined) {
    return same(token, secrets.token) ? { kind: 'file', name: 'index.html', setCookie: true } : undefined;
  }
  const file = /^\/((?:(?:[a-z-]+\/){0,2}[a-z-]+\.[a-z]+)?)$/.exec(path)?.[1];
  if (file !== undefined) {
    if (!same(cookieOf(headers.cookie, cookie), secrets.cookie)) return undefined;
    return { kind: 'file', name: file || 'index.html', setCookie: false };
  }
  if (!same(/^Bearer (\w+)$/.exec(headers.authorization ?? '')?.[1] ?? '', secrets.token)) return undefined;
  return { kind: 'data', path, query };
}

function isHere(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

function cookieOf(cookies: string | undefined, name: string): string {
  const all = (cookies ?? '').split(/; ?/).map((each) => each.split('='));
  return all.find(([key]) => key === name)?.[1] ?? '';
}

/** Compares in a time that does not tell where the texts differ, nor how long they are. */
function same(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((each) => createHash('sha256').update(each).digest());
  return timingSafeEqual(a!, b!);
}

/**
 * The headers of every answer: the page loads nothing from elsewhere and has nothing inline, no
 * frame shows it, and no copy of it is kept on a disk.
 */
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
