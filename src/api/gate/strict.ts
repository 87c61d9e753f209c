import { header, headerValues, type RequestHead } from '../wire/http/http-head.ts';

/**
 * Says why a request is unclear: it may mean one thing to the gate and another to the engine behind
 * it. undefined: the request is clear. An unclear request goes no further.
 */
export function unclear(head: RequestHead, raw: Buffer): string | undefined {
  const { method, target, version, headers, doubts } = head;
  if (doubts.length > 0) return doubts[0];
  if (/\r(?!\n)|\0/.test(raw.toString('latin1'))) return 'a control character in the head';
  if (version !== '1.1' && version !== '1.0') return `HTTP/${version}`;
  if (method === 'CONNECT' || method === 'PRI') return method;
  if (version === '1.0' && header(headers, 'transfer-encoding') !== undefined) return 'a chunked body in HTTP/1.0';
  const upgrades = headerValues(headers, 'upgrade')
    .join(',')
    .toLowerCase()
    .split(/[\s,]+/);
  const path = target.split('?')[0]!;
  // Go looks for "h2c" in the list of each Upgrade header, if there are several (x/net/http2/h2c).
  const isToHttp2 = upgrades.includes('h2c') || header(headers, 'http2-settings') !== undefined;
  if (isToHttp2 && !/^(?:\/v[\d.]+)?\/(?:session|grpc)$/.test(path)) return 'an upgrade to h2c';
  return unclearTarget(target, path);
}

/**
 * Says why a target is unclear. The engine's router takes a path as Go's net/url decodes it, and
 * redirects a path that is not clean (gorilla/mux). So the gate takes a path only in its clean
 * form. docker's CLI sends the slashes in an image's name unencoded.
 */
function unclearTarget(target: string, path: string): string | undefined {
  if (!/^\/[!-[\]-~]*$/.test(target) || target.includes('#')) return 'a target that is no path';
  if (/\/\/|\/\.\.?(?:\/|$)/.test(path)) return 'a path that is not clean';
  if (/%(?![\da-f]{2})/i.test(target)) return 'a % that encodes nothing';
  if (/%(?:2f|5c|0|1|7f)/i.test(path)) return 'a slash or control character that is encoded';
  if (/%(?:2[de]|3\d|[46][1-9a-f]|[57][\da]|5f|7e)/i.test(path)) return 'a letter, digit or dot that is encoded';
  // Go's net/url leaves a pair of the query out that has a semicolon.
  if (target.includes(';')) return 'a semicolon in the target';
  return undefined;
}
