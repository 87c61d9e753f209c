import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { DbgError, errorCode, errorMessage } from '../errors.ts';
import { HEADERS, type Asked, type FileWish, type Secrets } from './admission.ts';
import { LAST_BYTES_MS, refuse } from './responses.ts';

/** A page for browsers of this machine. */
export interface LocalServer {
  /** the address to open, with its token */
  readonly url: string;
  close(): Promise<void>;
}

export interface LocalServerOptions<Wish extends { readonly kind: string }> {
  /** the folder with the page's files */
  readonly folder: string;
  /** 0: any that is free */
  readonly port: number;
  readonly cookieName: (port: number) => string;
  /** What a request may have (admission.ts). undefined: nothing. */
  readonly grant: (asked: Asked, port: number, secrets: Secrets) => FileWish | Wish | undefined;
  /** Answers a wish for data. */
  readonly answer: (wish: Exclude<Wish, FileWish>, response: ServerResponse) => void;
}

const HOST = '127.0.0.1';
/**
 * A browser opens at most 6 connections to a host. Anybody on this machine may open more of them:
 * they must not take the file descriptors that dbg needs for its work.
 */
const MOST_CONNECTIONS = 64;

/** The query of `dbg api ui` says which calls are wanted: 2000 numbers at worst. */
const MOST_HEADER_BYTES = 131_072;

/** Serves a page's files, and what `answer` gives. Throws a DbgError where it cannot listen. */
export async function serveLocally<Wish extends { readonly kind: string }>(
  options: LocalServerOptions<Wish>,
): Promise<LocalServer> {
  const { folder, port: wanted, cookieName, grant, answer } = options;
  const secrets: Secrets = { token: randomBytes(16).toString('hex'), cookie: randomBytes(16).toString('hex') };
  const files = readFiles(folder);
  const server = createServer({ maxHeaderSize: MOST_HEADER_BYTES });
  server.maxConnections = MOST_CONNECTIONS;
  const port = await new Promise<number>((done, fail) => {
    server.once('error', (error) => fail(cannotListen(wanted, error)));
    server.listen(wanted, HOST, () => done((server.address() as AddressInfo).port));
  });
  server.on('error', () => undefined); // accept(2) fails while there are no file descriptors left
  server.on('request', (request, response) => {
    const wish = grant(request, port, secrets);
    if (wish === undefined) return refuse(response, 403);
    if (!isFile(wish)) return answer(wish as Exclude<Wish, FileWish>, response);
    const file = files.get(wish.name);
    if (!file) return refuse(response, 403);
    const cookie = `${cookieName(port)}=${secrets.cookie}; HttpOnly; SameSite=Strict; Path=/`;
    response.writeHead(200, {
      ...HEADERS,
      'Content-Type': file.type,
      ...(wish.setCookie && { 'Set-Cookie': cookie }),
    });
    response.end(file.text);
  });

  return {
    url: `http://${HOST}:${port}/?token=${secrets.token}`,
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      const timer = setTimeout(() => server.closeAllConnections(), LAST_BYTES_MS);
      await closed;
      clearTimeout(timer);
    },
  };
}

const isFile = (wish: { readonly kind: string }): wish is FileWish => wish.kind === 'file';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** All files that can be asked for, read once: no path from outside reaches the file system. */
function readFiles(folder: string): Map<string, { readonly text: Buffer; readonly type: string }> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => extname(name) in TYPES);
  return new Map(names.map((name) => [name, { text: readFileSync(join(folder, name)), type: TYPES[extname(name)]! }]));
}

function cannotListen(port: number, error: unknown): Error {
  if (errorCode(error) !== 'EADDRINUSE') {
    return new DbgError(`cannot listen on ${HOST}:${port}: ${errorMessage(error)}`, { cause: error });
  }
  return new DbgError(`somebody listens on ${HOST}:${port} already`, {
    next: [{ what: 'see who it is', command: `ss -ltnp 'sport = :${port}'` }],
  });
}
