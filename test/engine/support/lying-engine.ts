import { request } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Lab } from './lab.ts';

/** What an engine is asked for. */
export type Asked = 'inspect' | 'list' | 'image' | 'network' | 'volume' | 'events' | 'logs' | 'other';

export type Json = Record<string, unknown>;

/** A lie: an honest answer with something else in it, or whatever is written to the client in its place. */
export type Lie =
  | { readonly about: readonly Asked[]; readonly change: (honest: Json) => unknown }
  | { readonly about: readonly Asked[]; readonly say: (client: Socket) => void };

/** By which ways dbg reaches an engine: each has its own code. */
export const WAYS = ['unix', 'tcp'] as const;
export type WayName = (typeof WAYS)[number];

export interface LyingEngine {
  /** what leads dbg to it */
  readonly env: { readonly DOCKER_HOST: string };
  /** how many bytes clients have taken of its answers, at most: the kernel's buffers hold some of them */
  taken(): number;
  /** how often it was asked */
  asked(): number;
}

/** Stands before the real engine, honest but for what the lie is about. */
export async function lyingEngine(lab: Lab, lie: Lie, way: WayName = 'unix'): Promise<LyingEngine> {
  const clients = new Set<Socket>();
  let gone = 0;
  let asked = 0;
  const server = createServer((client) => {
    clients.add(client);
    client.on('error', () => undefined);
    client.on('close', () => {
      clients.delete(client);
      gone += client.bytesWritten - client.writableLength;
    });
    let head = '';
    client.on('data', (piece) => {
      head += piece.toString('latin1');
      // With a connection that is kept there may be one request after the other.
      for (let end = head.indexOf('\r\n\r\n'); end >= 0; end = head.indexOf('\r\n\r\n')) {
        const [, target = '/'] = head.split(' ');
        head = head.slice(end + 4);
        asked++;
        void answer(client, target, lie);
      }
    });
  });
  const address = await listen(lab, server, way);
  lab.cleanUp(async () => {
    clients.forEach((client) => client.destroy());
    server.close();
  });
  return {
    env: { DOCKER_HOST: address },
    taken: () => [...clients].reduce((sum, client) => sum + client.bytesWritten - client.writableLength, gone),
    asked: () => asked,
  };
}

let count = 0;

async function listen(lab: Lab, server: Server, way: WayName): Promise<string> {
  const path = join(lab.folder, `engine-${count++}.sock`);
  await new Promise<void>((resolve) =>
    way === 'unix' ? void server.listen(path, resolve) : void server.listen(0, '127.0.0.1', resolve),
  );
  return way === 'unix' ? `unix://${path}` : `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function askedFor(target: string): Asked {
  if (/\/containers\/json/.test(target)) return 'list';
  const [, what] = /\/(containers|images|networks|volumes|events)\b/.exec(target) ?? [];
  if (what === 'containers') return target.includes('/logs') ? 'logs' : 'inspect';
  return what === 'images'
    ? 'image'
    : what === 'networks'
      ? 'network'
      : what === 'volumes'
        ? 'volume'
        : what === 'events'
          ? 'events'
          : 'other';
}

async function answer(client: Socket, target: string, lie: Lie): Promise<void> {
  const isLie = lie.about.includes(askedFor(target));
  if (isLie && 'say' in lie) return lie.say(client);
  const { status, body } = await honest(target);
  const said = isLie && 'change' in lie && status === 200 ? lie.change(JSON.parse(body) as Json) : body;
  client.end(http(typeof said === 'string' ? said : JSON.stringify(said), status));
}

/** An answer that closes its connection. */
export const http = (body: string, status = 200) =>
  `HTTP/1.1 ${status} Said\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

function honest(path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const ask = request({ socketPath: '/var/run/docker.sock', path }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (piece: string) => (body += piece));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    ask.on('error', reject).end();
  });
}

/** Writes the same piece again and again, as fast as it is taken, until the client has gone. */
export function endlessly(client: Socket, beginning: string, piece: string): void {
  client.write(beginning);
  const more = () => {
    while (!client.destroyed && client.write(piece));
    if (!client.destroyed) client.once('drain', more);
  };
  more();
}

/** Writes a little from time to time, until the client has gone. */
export function dripping(client: Socket, beginning: string, drop: string): void {
  client.write(beginning);
  const timer = setInterval(() => client.write(drop), 100);
  client.on('close', () => clearInterval(timer));
}
