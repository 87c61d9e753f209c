import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { DbgError, errorCode, errorMessage } from '../../errors.ts';
import type { HearWire } from '../events.ts';
import type { Names } from '../names.ts';
import { cookieName, granted, HEADERS, type Secrets, type Wish } from './access.ts';
import { feed, type Feed } from './feed.ts';
import { history, type History } from './history.ts';

/** The live view: a page for browsers of this machine, of what it hears. */
export interface Page {
  readonly hear: HearWire;
  /** the address to open, with its token */
  readonly url: string;
  /** how many browsers look on */
  viewers(): number;
  /** Resolves when none does any more. */
  left(): Promise<void>;
  close(): Promise<void>;
}

export interface PageOptions {
  /** where src/api/page/assets was installed */
  readonly folder: string;
  /** 0: one that is free */
  readonly port: number;
  readonly clock: () => number;
  readonly names: Names;
  /** which engine it is, for the page's title */
  readonly engine: string;
}

const HOST = '127.0.0.1';
/** A browser opens at most 6 to a host. Whoever is on this machine may open some: they shall not take the descriptors that the splice needs. */
const MOST_CONNECTIONS = 64;
/** What was written last is given to a browser so long. */
const LAST_BYTES_MS = 500;
/** A browser that reloads the page is back after less than that. */
const RELOAD_MS = 2000;

/** Serves the page. Throws a DbgError where it cannot listen. */
export async function servePage({ folder, port: wanted, clock, names, engine }: PageOptions): Promise<Page> {
  const secrets: Secrets = { token: randomBytes(16).toString('hex'), cookie: randomBytes(16).toString('hex') };
  const files = readFiles(folder);
  const calls = history({ names, changed: (call) => viewers.changed(call) });
  const viewers = feed({ calls, clock, engine });
  const server = createServer();
  server.maxConnections = MOST_CONNECTIONS;
  const port = await new Promise<number>((done, fail) => {
    server.once('error', (error) => fail(cannotListen(wanted, error)));
    server.listen(wanted, HOST, () => done((server.address() as AddressInfo).port));
  });
  server.on('error', () => undefined); // accept(2) fails while there are no file descriptors left
  server.on('request', (request, response) => {
    const wish = granted(request, port, secrets);
    if (wish === undefined) return refuse(response, 403);
    answer(wish, response);
  });

  function answer(wish: Wish, response: ServerResponse): void {
    if (wish.kind === 'events') return stream(viewers, response);
    if (wish.kind === 'call') return sendDetail(calls, wish, response);
    const file = files.get(wish.name);
    if (!file) return refuse(response, 403);
    const cookie = `${cookieName(port)}=${secrets.cookie}; HttpOnly; SameSite=Strict; Path=/`;
    response.writeHead(200, {
      ...HEADERS,
      'Content-Type': file.type,
      ...(wish.setCookie && { 'Set-Cookie': cookie }),
    });
    response.end(file.text);
  }

  return {
    hear: calls.hear,
    url: `http://${HOST}:${port}/?token=${secrets.token}`,
    viewers: viewers.viewers,
    left: async () => {
      while (viewers.viewers() > 0) {
        await new Promise<void>((done) => viewers.onEmpty(done));
        await new Promise((done) => setTimeout(done, RELOAD_MS));
      }
    },
    close: async () => {
      viewers.end();
      const closed = new Promise((done) => server.close(done));
      const timer = setTimeout(() => server.closeAllConnections(), LAST_BYTES_MS);
      await closed;
      clearTimeout(timer);
    },
  };
}

/** Nothing is said of what was wrong, nor is more of that connection read. */
function refuse(response: ServerResponse, status: 403 | 404): void {
  response.writeHead(status, { ...HEADERS, 'Content-Length': 0, Connection: 'close' });
  response.end();
}

function stream(viewers: Feed, response: ServerResponse): void {
  response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream' });
  const leave = viewers.join({
    write: (text) => void response.write(text),
    waiting: () => response.writableLength,
    end: (text) => {
      response.end(text);
      setTimeout(() => response.destroy(), 10 * LAST_BYTES_MS).unref();
    },
  });
  response.on('close', leave);
}

function sendDetail(calls: History, { call, from }: Wish & { kind: 'call' }, response: ServerResponse): void {
  const detail = calls.detail(call, from);
  if (!detail) return refuse(response, 404);
  response.writeHead(200, { ...HEADERS, 'Content-Type': 'application/json' });
  response.end(JSON.stringify(detail));
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** All that can be asked for, read once: no path from outside reaches the file system. */
function readFiles(folder: string): Map<string, { readonly text: Buffer; readonly type: string }> {
  const names = readdirSync(folder).filter((name) => extname(name) in TYPES);
  return new Map(names.map((name) => [name, { text: readFileSync(join(folder, name)), type: TYPES[extname(name)]! }]));
}

function cannotListen(port: number, error: unknown): Error {
  if (errorCode(error) !== 'EADDRINUSE') {
    return new DbgError(`cannot listen on ${HOST}:${port}: ${errorMessage(error)}`, { cause: error });
  }
  return new DbgError(`somebody listens on ${HOST}:${port} already`, {
    next: [{ what: 'who it is', command: `ss -ltnp 'sport = :${port}'` }],
  });
}
