import { DbgError, type NextStep } from '../../errors.ts';
import { shellQuote } from '../../text.ts';
import { addressText, type EngineAddress, hostAndPort } from '../address.ts';
import type { Header } from '../ways/way.ts';
import { WHICH_ENGINE } from './engine-place.ts';

interface ForeignAnswer {
  readonly status: number;
  readonly body: Buffer;
  readonly header?: Header | undefined;
}

/**
 * How servers answer plain HTTP on a port for TLS: Go's (net/http/server.go), and nginx
 * (ngx_http_special_response.c).
 */
const WANTS_TLS = /Client sent an HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port/;

/**
 * The error for an answer that is not an engine's: it comes from a proxy before the engine, or from
 * another server. Its text is a page for browsers, of which nothing is shown.
 */
export function foreignAnswer(address: EngineAddress, { status, body, header }: ForeignAnswer): DbgError {
  const where = addressText(address);
  const failed = (message: string, ...next: readonly NextStep[]) => new DbgError(message, { next });
  if (WANTS_TLS.test(body.toString('latin1', 0, MOST_READ))) {
    return failed(`the engine at ${where} speaks TLS alone, and dbg was not told to`, {
      what: 'with TLS',
      command: 'export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=…',
    });
  }
  const server = header?.('server')?.slice(0, 60);
  const proxy = `the proxy before the engine at ${where}${server === undefined ? '' : ` (${server})`}`;
  switch (status) {
    case 401:
    case 407:
      return failed(`${proxy} wants a user and a password, or does not accept those that it got (${status})`, {
        what: 'send them',
        command: `export DOCKER_CUSTOM_HEADERS="${status === 401 ? '' : 'Proxy-'}Authorization=Basic $(printf %s USER:PASSWORD | base64)"`,
      });
    case 403:
      return failed(`${proxy} does not allow this (403)`, WHICH_ENGINE);
    case 404:
      return failed(
        `what answers at ${where}${server === undefined ? '' : ` (${server})`} is no engine, or the engine is behind another path: it answered with status 404`,
        behindPath(address),
      );
    case 502:
    case 503:
    case 504:
      return failed(`${proxy} does not get an answer from it (${status})`, WHICH_ENGINE);
    case 200:
      return failed(`what answers at ${where} is no engine: it sent a page for browsers`, behindPath(address));
    default:
      return failed(`${proxy} answered with status ${status}, and without an engine's error message`, WHICH_ENGINE);
  }
}

const MOST_READ = 2000;

const behindPath = (address: EngineAddress): NextStep =>
  address.kind === 'tcp'
    ? { what: 'where the engine is', command: `dbg -H ${shellQuote(`tcp://${hostAndPort(address)}/PATH`)} …` }
    : WHICH_ENGINE;

/** Whether a body is a page for browsers. */
export const isPage = (body: Buffer): boolean => /^\s*<(!doctype|html|\?xml)/i.test(body.toString('latin1', 0, 200));
