import { header, headerValues, type RequestHead } from '../wire/http/http-head.ts';

/**
 * What is not clear about a request: why it may mean one thing to a gate and another to the engine behind; undefined when it is clear. What is
 * not clear goes no further.
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
  // Go looks for the word in a list, and in each of several such headers (x/net/http2/h2c).
  const isToHttp2 = upgrades.includes('h2c') || header(headers, 'http2-settings') !== undefined;
  if (isToHttp2 && !/^(?:\/v[\d.]+)?\/(?:session|grpc)$/.test(path)) return 'an upgrade to h2c';
  return unclearTarget(target, path);
}

/**
 * The engine's router takes a path as Go's net/url decodes it, and redirects one that is not clean (gorilla/mux): so a path is taken here only
 * in its clean form. docker's CLI sends the slashes of an image's name as they are.
 */
function unclearTarget(target: string, path: string): string | undefined {
  if (!/^\/[!-[\]-~]*$/.test(target) || target.includes('#')) return 'a target that is no path';
  if (/\/\/|\/\.\.?(?:\/|$)/.test(path)) return 'a path that is not clean';
  if (/%(?![\da-f]{2})/i.test(target)) return 'a % that encodes nothing';
  if (/%(?:2f|5c|0|1|7f)/i.test(path)) return 'a slash or control character that is encoded';
  if (/%(?:2[de]|3\d|[46][1-9a-f]|[57][\da]|5f|7e)/i.test(path)) return 'a letter, digit or dot that is encoded';
  // Go's net/url leaves a pair out that has one.
  if (target.includes(';')) return 'a semicolon in the target';
  return undefined;
}
