import { createHash, type Hash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { DBG, PATIENT, says } from './dbg.ts';

/** A `dbg api snoop` that listens. */
export interface Relay {
  readonly pid: number;
  /** the socket's path */
  readonly path: string;
  /** what leads a client to it, and what leads one around it */
  readonly env: { readonly DOCKER_HOST: string };
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | undefined>;
  kill(signal: NodeJS.Signals): void;
  /** Ends it in good order. */
  end(): Promise<void>;
}

/** Starts one in front of an engine: of this one, or of the one at a unix socket. What it prints goes to /dev/null. */
export async function relay(engine?: string): Promise<Relay> {
  const folder = mkdtempSync(join(tmpdir(), 'dbg-wire-'));
  const path = join(folder, 'docker.sock');
  const running = execa(process.execPath, [DBG, 'api', 'snoop', '-v', '--listen', `unix:${path}`], {
    ...PATIENT,
    stdin: 'ignore',
    stdout: 'ignore',
    env: engine === undefined ? {} : { DOCKER_HOST: `unix://${engine}` },
  });
  await says(running, 'in another terminal');
  const ended = running.then(({ exitCode }) => exitCode);
  return {
    pid: running.pid!,
    path,
    env: { DOCKER_HOST: `unix://${path}` },
    ended,
    kill: (signal) => void running.kill(signal),
    end: async () => {
      running.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** How many sockets a process has open. */
export function sockets(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((fd) => {
    try {
      return readlinkSync(join(folder, fd)).startsWith('socket:');
    } catch {
      return false; // it was closed in between
    }
  }).length;
}

/** What a process holds of memory, in MB. */
export function residentMb(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (Number(kib) * 1024) / 1e6;
}

/** An engine that does what a test says with each connection, on a unix socket. */
export interface FakeEngine {
  readonly path: string;
  /** of each connection, what it has sent so far */
  heard(): Buffer[];
  /** lets go of that */
  forget(): void;
  close(): Promise<void>;
}

export async function fakeEngine(serve: (socket: Socket) => void): Promise<FakeEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'dbg-fake-'));
  const path = join(folder, 'engine.sock');
  let heard: Buffer[][] = [];
  const open = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    const pieces: Buffer[] = [];
    heard.push(pieces);
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    socket.on('data', (piece: Buffer) => pieces.push(piece));
    serve(socket);
  });
  await new Promise<void>((done) => server.listen(path, done));
  return {
    path,
    heard: () => heard.map((pieces) => Buffer.concat(pieces)),
    forget: () => void (heard = []),
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      open.forEach((socket) => socket.destroy());
      await closed;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A connection of its own, with all that came from it: what, and how it ended. */
export function client(path: string) {
  const socket = connect({ path, allowHalfOpen: true });
  const pieces: Buffer[] = [];
  const isOver = new Promise<'end' | 'error'>((done) => {
    socket.on('end', () => done('end')).on('error', () => done('error'));
  });
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  return { socket, isOver, received: () => Buffer.concat(pieces) };
}

/** The sha256 and the length of a stream. */
export async function sumOf(stream: AsyncIterable<unknown>): Promise<{ sha256: string; bytes: number }> {
  const hash: Hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of stream as AsyncIterable<Buffer>) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}
