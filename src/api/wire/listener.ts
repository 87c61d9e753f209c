import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type ServerOpts } from 'node:net';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { DbgError, errorCode, errorMessage, usageError } from '../../errors.ts';
import { shellQuote } from '../../text.ts';

/** Where dbg listens in the engine's place. */
export type Listen =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/**
 * Reads `unix:PATH` or `tcp:HOST:PORT`, with or without the slashes of DOCKER_HOST. Throws a
 * DbgError (usage).
 */
export function parseListen(text: string, cwd: () => string): Listen {
  const path = /^unix:(?:\/\/)?(.+)$/.exec(text)?.[1];
  if (path !== undefined) return unixListen(isAbsolute(path) ? resolve(path) : resolve(cwd(), path));
  const tcp = /^tcp:(?:\/\/)?(?:\[([\da-fA-F:.]+)\]|([\w.-]+)):(\d{1,5})\/?$/.exec(text);
  const port = Number(tcp?.[3]);
  if (tcp && port <= 65_535) return { kind: 'tcp', host: (tcp[1] ?? tcp[2])!, port };
  throw usageError(`"${text}" is no place to listen: unix:PATH, or tcp:ADDRESS:PORT`);
}

/** The sun_path of unix(7) holds 108 bytes, a zero at the end included. */
const MOST_PATH_BYTES = 107;

/**
 * Where listenOnPath makes a socket before it moves it to its place: in a folder beside that place.
 * mkdtemp(3) adds six characters to the folder's name.
 */
const [MAKING_FOLDER, MAKING_NAME] = ['.dbg-', 's'];
const MAKING_BYTES = MAKING_FOLDER.length + 6 + 1 + MAKING_NAME.length;

function unixListen(path: string): Listen {
  // libuv cuts off a path that is too long, and gives no error.
  const longer = Math.max(0, MAKING_BYTES - Buffer.byteLength(basename(path)));
  if (Buffer.byteLength(path) + longer <= MOST_PATH_BYTES) return { kind: 'unix', path };
  throw usageError(`the path of a socket has at most ${MOST_PATH_BYTES} bytes: ${path}`);
}

/** The address in the form of DOCKER_HOST. */
export function listenText(at: Listen): string {
  if (at.kind === 'unix') return `unix://${at.path}`;
  return `tcp://${at.host.includes(':') ? `[${at.host}]` : at.host}:${at.port}`;
}

export const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);

/** A client that has not finished its TLS handshake within this time is disconnected. */
const HANDSHAKE_MS = 10_000;

/** A server that listens. `at` is where, with the port that the kernel gave if 0 was asked for. */
export interface Listening {
  readonly server: Server;
  readonly at: Listen;
  /** how many clients were turned away because no file descriptors were left for them */
  refused(): number;
  /**
   * Takes no more connections and removes the socket's file. After `patience` ms, ends the
   * connections that have not ended by themselves.
   */
  close(patience: number): Promise<void>;
}

/**
 * Listens. Throws a DbgError where it cannot.
 * - A unix socket is for its owner alone (0600) from its first moment on.
 * - A unix socket that nobody listens on any more, as after a kill -9, is replaced.
 * - With `tls`, the server tells of its clients by `secureConnection`.
 * - `more`: further options of Node's server.
 */
export async function listen(at: Listen, tls?: TlsOptions, more: ServerOpts = {}): Promise<Listening> {
  // keepAlive: nothing else would tell that a client's machine is gone.
  const options = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000, ...more };
  const server: Server = tls
    ? createTlsServer({ handshakeTimeout: HANDSHAKE_MS, ...tls, ...options })
    : createServer(options);
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  try {
    if (at.kind === 'unix') await listenOnPath(server, at.path);
    else await started(server, { host: at.host, port: at.port });
  } catch (error) {
    throw cannotListen(at, error);
  }
  const port = at.kind === 'tcp' ? (server.address() as AddressInfo).port : 0;
  // The limit makes Node tell of each client that it turns away (`drop`). Without the limit, libuv
  // closes such connections unseen when no file descriptor is left (EMFILE): the client has an
  // error, and nobody knows why.
  let refused = 0;
  server.maxConnections = roomForClients();
  server.on('drop', () => refused++);
  return {
    server,
    refused: () => refused,
    at: at.kind === 'tcp' ? { ...at, port } : at,
    close: async (patience) => {
      if (at.kind === 'unix') rmSync(at.path, { force: true });
      const closed = new Promise((done) => server.close(done));
      const timer = setTimeout(() => sockets.forEach((socket) => socket.destroy()), patience);
      await closed;
      clearTimeout(timer);
    },
  };
}

/** How many file descriptors a client takes: for its connection, and for one to the engine. */
const PER_CLIENT = 2;
/**
 * File descriptors for the pipes of programs: the command, its guard, and `ss`, which tells whose a
 * client is.
 */
const FOR_PROGRAMS = 12;

/**
 * How many clients this process has file descriptors for: its limit in /proc/self/limits (proc(5)),
 * less those that are open.
 */
function roomForClients(): number {
  const limit = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity);
  const open = readdirSync('/proc/self/fd').length;
  return Math.max(1, Math.floor((limit - open - FOR_PROGRAMS) / PER_CLIENT));
}

/**
 * Listens on a unix socket with mode 0600. bind(2) gives a socket the mode that the umask leaves.
 * So dbg makes the socket in a folder that nobody else may look into, sets its mode, and moves it
 * to its place.
 */
async function listenOnPath(server: Server, path: string): Promise<void> {
  await makeRoom(path);
  const folder = mkdtempSync(join(dirname(path), MAKING_FOLDER));
  const inside = join(folder, MAKING_NAME);
  try {
    await started(server, { path: inside });
    chmodSync(inside, 0o600);
    renameSync(inside, path);
  } finally {
    rmSync(inside, { force: true });
    rmdirSync(folder);
  }
}

async function makeRoom(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket()) throw new DbgError(`${path} exists, and is no socket`);
  if (await isListenedOn(path)) throw Object.assign(new Error(''), { code: 'EADDRINUSE' });
  rmSync(path, { force: true });
}

function isListenedOn(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.on('connect', () => done(true)).on('error', (error) => done(errorCode(error) !== 'ECONNREFUSED'));
    socket.on('connect', () => socket.destroy());
  });
}

/**
 * How many clients may wait to be accepted: as many as the kernel allows anywhere. The kernel
 * lowers a larger number to net.core.somaxconn (listen(2); 4096 since Linux 5.4). The engine asks
 * for the same (Go, net: maxListenerBacklog). A client beyond that is refused (EAGAIN).
 */
const BACKLOG = 65_535;

function started(server: Server, options: { path: string } | { host: string; port: number }): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen({ ...options, backlog: BACKLOG }, () => {
      server.off('error', fail);
      server.on('error', () => undefined); // accept(2) fails while there are no file descriptors left
      done();
    });
  });
}

/**
 * A shell line that shows who listens on a unix socket. It looks for the inode of the socket's file
 * (unix_diag, UDIAG_SHOW_VFS). fuser(1), lsof(8) and ss(8) look for the path that a socket was
 * bound to. A socket that was moved, as dbg moves its own, is not at that path any more.
 */
const whoListens = (path: string) => `ss -xlpe | grep "ino:$(stat -c %i -- ${shellQuote(path)}) "`;

/** The error for a place where dbg cannot listen. */
export function cannotListen(at: Listen, error: unknown): Error {
  if (error instanceof DbgError) return error;
  const where = at.kind === 'unix' ? at.path : `${at.host}:${at.port}`;
  const who = at.kind === 'unix' ? whoListens(at.path) : `ss -ltnp 'sport = :${at.port}'`;
  if (errorCode(error) === 'EADDRINUSE') {
    return new DbgError(`somebody listens on ${where} already`, { next: [{ what: 'see who it is', command: who }] });
  }
  return new DbgError(`cannot listen on ${where}: ${errorMessage(error)}`, { cause: error });
}
