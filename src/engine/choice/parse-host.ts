import { DbgError } from '../../errors.ts';
import { shellQuote } from '../../text.ts';
import type { Client, EngineAddress, TcpAddress, TlsFiles } from '../address.ts';

/** An address, and the user and password that stand in it. */
export interface ParsedHost {
  readonly address: EngineAddress;
  /** "user:password"; undefined: none */
  readonly credentials?: string | undefined;
}

/** The socket of Docker's that everybody has. */
export const DOCKER_SOCKET = '/var/run/docker.sock';

/** The socket of containerd where it runs without Docker, as on a node of Kubernetes. */
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';

/** Where an engine is looked for when nothing but TLS is asked for. */
export const DEFAULT_WITH_TLS = 'tcp://localhost:2376';

/**
 * Reads what a person gives to -H or DOCKER_HOST, as docker's CLI does (docker/cli, opts/hosts.go):
 *
 * - A text without "://" is a TCP address: "127.0.0.1:2375", "localhost", ":2375".
 * - A missing host is localhost, and a missing port is 2375, with TLS too.
 * - What follows the host stands before each path of the API.
 *
 * Besides, there is containerd://, with the path of its socket.
 *
 * docker's CLI drops a user and a password. Throws a DbgError for any other text.
 */
export function parseHost(typed: string, tls: TlsFiles | undefined): ParsedHost {
  const text = typed.trim();
  if (text === '' && tls === undefined) return { address: { kind: 'unix', path: DOCKER_SOCKET } };
  if (text === '') return parseHost(DEFAULT_WITH_TLS, tls);
  const [, scheme = 'tcp', rest = text] = /^([^:/]*):\/\/(.*)$/s.exec(text) ?? [];
  switch (scheme) {
    case 'tcp':
      return tcpAddress(text, rest, { tls, host: 'localhost', port: 2375 });
    case 'unix':
      return { address: unixAddress(text, rest) };
    case 'ssh':
      return { address: sshAddress(text, 'docker') };
    case 'containerd':
      if (rest !== '' && !rest.startsWith('/')) throw notAnAddress(text, scheme);
      return { address: { kind: 'containerd', path: rest === '' ? CONTAINERD_SOCKET : rest } };
    default:
      throw notAnAddress(text, scheme);
  }
}

/**
 * Reads the address that a docker context has. It is a URL, which `docker context create` has
 * checked (docker/docker, client/client.go, ParseHostURL): a scheme is always there, and a missing
 * port is that of the URL's scheme. dbg takes https:// for TLS; docker's CLI speaks plain HTTP
 * then, unless the context has TLS files.
 */
export function parseContextHost(text: string, tls: TlsFiles | undefined): ParsedHost {
  const [, scheme = '', rest = ''] = /^([^:/]*):\/\/(.*)$/s.exec(text) ?? [];
  const spoken = tls ?? (scheme === 'https' ? {} : undefined);
  if (scheme === 'tcp' || scheme === 'http' || scheme === 'https') {
    return tcpAddress(text, rest, { tls: spoken, host: undefined, port: spoken ? 443 : 80 });
  }
  if (scheme === 'unix') return { address: unixAddress(text, rest) };
  if (scheme === 'ssh') return { address: sshAddress(text, 'docker') };
  throw notAnAddress(text, scheme);
}

/** Reads CONTAINER_HOST, which is Podman's: unix://, tcp:// or ssh:// (podman(1), --url). */
export function parsePodmanHost(text: string): ParsedHost {
  const [, scheme = '', rest = ''] = /^([^:/]*):\/\/(.*)$/s.exec(text.trim()) ?? [];
  if (scheme === 'unix') return { address: unixAddress(text, rest) };
  if (scheme === 'ssh') return { address: sshAddress(text.trim(), 'podman') };
  if (scheme === 'tcp') return tcpAddress(text, rest, { tls: undefined, host: undefined, port: 80 });
  throw notAnAddress(text, scheme);
}

function unixAddress(text: string, path: string): EngineAddress {
  if (path.includes('://') || path.includes('\0')) throw notAnAddress(text, 'unix');
  return { kind: 'unix', path: path === '' ? DOCKER_SOCKET : path };
}

interface Defaults {
  readonly tls: TlsFiles | undefined;
  readonly host: string | undefined;
  readonly port: number;
}

const TCP = /^(?:([^@/]*)@)?(?:\[([\da-f:.]+(?:%[\w.-]+)?)\]|([\w.-]*))(?::(\d*))?(\/[^?#\s\\]*)?$/i;

function tcpAddress(text: string, rest: string, { tls, host: usual, port: usualPort }: Defaults): ParsedHost {
  const found = TCP.exec(rest);
  if (!found) throw notAnAddress(text, 'tcp');
  const [, credentials, ipv6, name, digits, path = ''] = found;
  const host = (ipv6 ?? name) || usual;
  const port = digits ? Number(digits) : usualPort;
  if (host === undefined || port > 65_535 || port === 0) throw notAnAddress(text, 'tcp');
  const before = path.replace(/\/+$/, '');
  const address: TcpAddress = { kind: 'tcp', host, port, tls, ...(before !== '' && { path: before }) };
  return { address, credentials: credentials === undefined ? undefined : decoded(credentials) };
}

/** Bytes of a URL that are written as %40 (RFC 3986, 2.1). */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const SSH =
  /^ssh:\/\/(?:([^@/:?#]+)(:[^@/]*)?@)?(?:\[([\da-f:.]+(?:%[\w.-]+)?)\]|([^@/:?#[\]]+))(?::(\d{1,5}))?(\/[^?#]*)?$/i;

/**
 * Reads an ssh:// address, as docker's CLI does (docker/cli, cli/connhelper/ssh/ssh.go): a password
 * and a query are refused. The host may be a name that only ssh's configuration knows.
 */
function sshAddress(text: string, client: Client): EngineAddress {
  const [all, user, password, ipv6, name, port, path = ''] = SSH.exec(text) ?? [];
  if (password !== undefined) {
    throw new DbgError("an engine's ssh:// address may hold no password, because others would see it", {
      next: [{ what: 'let ssh know you by a key', command: 'ssh-copy-id USER@HOST' }],
    });
  }
  const host = ipv6 ?? name;
  const isOption = host?.startsWith('-') || user?.startsWith('-');
  if (all === undefined || host === undefined || isOption || Number(port ?? 1) > 65_535 || /[\0-\x20\x7f]/.test(text)) {
    throw notAnAddress(text, 'ssh');
  }
  const socket = /^\/*$/.test(path) ? undefined : decoded(path);
  return { kind: 'ssh', client, host, user, port: port === undefined ? undefined : Number(port), path: socket };
}

const FORMS: Readonly<Record<string, string>> = {
  unix: 'unix:///PATH',
  tcp: 'tcp://HOST:PORT',
  ssh: 'ssh://USER@HOST',
  containerd: 'containerd:///PATH',
};

/** The error for an address of another form. A password in it is not repeated. */
function notAnAddress(text: string, scheme: string): DbgError {
  const shown = text.replace(/^([^/]*\/\/)?[^@/]*:[^@/]*@/, '$1…@');
  const wanted = FORMS[scheme] ?? 'unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST';
  const [, secure] = /^https:\/\/([^/]+)/.exec(text) ?? [];
  return new DbgError(`"${shown}" is not an engine's address that dbg understands (${wanted})`, {
    next: [
      secure === undefined
        ? { what: 'the engines that docker knows', command: 'dbg context ls' }
        : { what: 'with TLS, as docker takes it', command: `dbg -H ${shellQuote(`tcp://${secure}`)} --tlsverify …` },
    ],
  });
}
