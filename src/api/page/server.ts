import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { DbgError, errorCode, errorMessage } from '../../errors.ts';
import type { WireListener } from '../wire/calls/wire-events.ts';
import type { Names } from '../wire/calls/container-names.ts';
import { curlLine } from '../recordings/curl-line.ts';
import { cookieName, granted, HEADERS, type Secrets, type Wish } from './access.ts';
import { isAmong, type Calls } from './calls.ts';
import { feed, type Feed } from './feed.ts';
import { isInBodies } from './find-in-bodies.ts';
import { history, MOST, type Bounds, type History } from './history.ts';
import type { Kept } from './kept.ts';
import { harOf, recordingOf, type Source } from './save.ts';
import { wholeOf } from './whole.ts';

/** The live view: a page for browsers of this machine, which shows the events that it hears. */
export interface Page {
  readonly onEvent: WireListener;
  /** the address to open, with its token */
  readonly url: string;
  /** how many browsers show the page */
  viewers(): number;
  /** Resolves when no browser shows the page any more. */
  left(): Promise<void>;
  close(): Promise<void>;
}

export interface PageOptions {
  /** the folder where src/api/page/assets was installed */
  readonly folder: string;
  /** 0: any that is free */
  readonly port: number;
  readonly clock: () => number;
  readonly names: Names;
  /** what the page shows, for its title */
  readonly title: string;
  /** which engine the calls go to, or went to */
  readonly source: Source;
  /** whether the page shows a recording */
  readonly isRecording?: boolean;
  readonly most?: Partial<Bounds>;
}

const HOST = '127.0.0.1';
/**
 * A browser opens at most 6 connections to a host. Anybody on this machine may open more of them:
 * they must not take the file descriptors that the splice needs.
 */
const MOST_CONNECTIONS = 64;
/** How long a browser has to take what was written last, when the page is closed. */
const LAST_BYTES_MS = 500;
/** A browser that reloads the page is back within this time, on a busy machine too. */
const RELOAD_MS = 15_000;

/** The query says which calls are wanted: 2000 numbers at worst. */
const MOST_HEADER_BYTES = 131_072;

/** Serves the page. Throws a DbgError where it cannot listen. */
export async function servePage(options: PageOptions): Promise<Page> {
  const { folder, port: wanted, clock, names, title, source, isRecording = false, most = {} } = options;
  const secrets: Secrets = { token: randomBytes(16).toString('hex'), cookie: randomBytes(16).toString('hex') };
  const files = readFiles(folder);
  const calls = history({ names, changed: (call) => viewers.changed(call), most });
  const about = { engine: title, recording: isRecording, most: most.calls ?? MOST.calls };
  const viewers = feed({ calls, clock, about });
  const server = createServer({ maxHeaderSize: MOST_HEADER_BYTES });
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
    if (wish.kind === 'curl') return sendCurl(calls.kept(wish.call), source, response);
    const failed = () => void response.destroy();
    if (wish.kind === 'find') return void sendFound(calls, wish, response).catch(failed);
    if (wish.kind === 'save') {
      const some = keptAmong(calls, wish.calls);
      const pieces = wish.as === 'har' ? harOf(some, source) : recordingOf(some, source);
      return void sendPieces(pieces, response).catch(failed);
    }
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
    onEvent: calls.onEvent,
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

/** Does not say what was wrong, and reads no more of that connection. */
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
  sendJson(detail, response);
}

function sendJson(value: unknown, response: ServerResponse): void {
  response.writeHead(200, { ...HEADERS, 'Content-Type': 'application/json' });
  response.end(JSON.stringify(value));
}

function sendCurl(kept: Kept | undefined, source: Source, response: ServerResponse): void {
  if (!kept) return refuse(response, 404);
  try {
    sendJson(curlLine(wholeOf(kept), { recording: 'dbg api', version: 1, started: 0, ...source }), response);
  } catch (error) {
    // Of some calls there is no curl line. The error says why.
    sendJson({ line: '', notes: [errorMessage(error)] }, response);
  }
}

const keptAmong = (calls: History, some: Calls): Kept[] =>
  calls
    .numbers()
    .filter((number) => isAmong(some, number))
    .flatMap((number) => calls.kept(number) ?? []);

/** How much work is done at once, in bytes. Then the traffic gets its turn. */
const MOST_AT_ONCE = 512_000;

async function sendFound(calls: History, { text, calls: some }: Wish & { kind: 'find' }, response: ServerResponse) {
  const found: number[] = [];
  let work = 0;
  for (const kept of keptAmong(calls, some)) {
    if (response.destroyed) return;
    if (isInBodies(kept, text)) found.push(kept.call.number);
    work += kept.cost;
    if (work < MOST_AT_ONCE) continue;
    work = 0;
    await nextTurn();
  }
  sendJson(found, response);
}

async function sendPieces(pieces: Iterable<string>, response: ServerResponse): Promise<void> {
  response.writeHead(200, { ...HEADERS, 'Content-Type': 'application/octet-stream' });
  let work = 0;
  for (const piece of pieces) {
    if (response.destroyed) return;
    const isTaken = response.write(piece);
    work += piece.length;
    if (!isTaken) await takenBy(response);
    else if (work > MOST_AT_ONCE) await nextTurn();
    if (work > MOST_AT_ONCE) work = 0;
  }
  response.end();
}

/** Waits until a reader has taken what was written, or has gone. No listener stays behind. */
function takenBy(response: ServerResponse): Promise<void> {
  return new Promise((done) => {
    const over = () => {
      response.off('drain', over).off('close', over);
      done();
    };
    if (response.destroyed) over();
    else response.on('drain', over).on('close', over);
  });
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** All files that can be asked for, read once: no path from outside reaches the file system. */
function readFiles(folder: string): Map<string, { readonly text: Buffer; readonly type: string }> {
  const names = readdirSync(folder).filter((name) => extname(name) in TYPES);
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
