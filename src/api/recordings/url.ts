import { isUtf8 } from 'node:buffer';

/**
 * What the URLs of an engine's calls begin with, for an address as DOCKER_HOST has it; and the path
 * of its unix socket, if it has one.
 */
export function baseUrl(engine: string, tls: boolean): { readonly url: string; readonly socket: string | undefined } {
  const socket = /^unix:\/\/(.+)$/.exec(engine)?.[1];
  if (socket !== undefined) return { url: 'http://docker', socket };
  const address = engine.replace(/^tcp:\/\/(?!\[)(.*:.*):(\d+)$/, 'tcp://[$1]:$2');
  return { url: address.replace(/^tcp:/, tls ? 'https:' : 'http:'), socket: undefined };
}

/**
 * The text of a head as its sender meant it. Heads are read as Latin-1; bytes that are UTF-8 were
 * meant as UTF-8.
 */
export function wireText(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : text;
}
