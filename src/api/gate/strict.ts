import { header, type RequestHead } from '../http/head.ts';

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
  const upgrade = header(headers, 'upgrade')?.toLowerCase();
  const path = target.split('?')[0]!;
  if (upgrade === 'h2c' && !/^(?:\/v[\d.]+)?\/(?:session|grpc)$/.test(path)) return 'an upgrade to h2c';
  return unclearTarget(target, path);
}

/**
 * The engine's router takes a path as Go's net/url decodes it, and redirects one that is not clean (gorilla/mux): so a path is taken here only
 * in its clean form. docker's CLI sends the slashes of an image's name as they are.
 */
function unclearTarget(target: string, path: string): string | undefined {
  if (!/^\/[!-[\]-~]*$/.test(target) || target.includes('#')) return 'a target that is no path';
  if (/\/\/|\/\.\.?(?:\/|$)/.test(path)) return 'a path that is not clean';
  if (/%(?:2e|2f|5c|0|1|7f)/i.test(path)) return 'a dot, slash or control character that is encoded';
  return undefined;
}
