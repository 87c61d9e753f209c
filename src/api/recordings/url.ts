import { isUtf8 } from 'node:buffer';

/** The URL that an engine's calls begin with, for an address as DOCKER_HOST has it; and its socket, if it listens on one. */
export function baseUrl(engine: string, tls: boolean): { readonly url: string; readonly socket: string | undefined } {
  const socket = /^unix:\/\/(.+)$/.exec(engine)?.[1];
  if (socket !== undefined) return { url: 'http://docker', socket };
  const address = engine.replace(/^tcp:\/\/(?!\[)(.*:.*):(\d+)$/, 'tcp://[$1]:$2');
  return { url: address.replace(/^tcp:/, tls ? 'https:' : 'http:'), socket: undefined };
}

/** Of a head, which is read as Latin-1, what its sender meant where that is UTF-8. */
export function wireText(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : text;
}
