import { once } from 'node:events';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

// What the bench of `dbg api` sends, and what it sends it to.

const PING = Buffer.from('GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n');

/** Asks `GET /_ping` over so many kept connections, each the next when it has its answer, until it is told to stop. Gives how many. */
export async function pings(path: string, connections: number, isEnough: (count: number) => boolean): Promise<number> {
  let count = 0;
  const one = async () => {
    const socket = await connected(path);
    let last = '';
    await new Promise<void>((done, fail) => {
      socket.on('error', fail).on('end', () => fail(new Error(`${path} ended the connection`)));
      socket.on('data', (piece: Buffer) => {
        last = (last + piece.toString('latin1', Math.max(0, piece.length - 6))).slice(-6);
        if (last !== '\r\n\r\nOK') return;
        last = '';
        count++;
        if (isEnough(count)) done();
        else socket.write(PING);
      });
      socket.write(PING);
    });
    socket.destroy();
  };
  await Promise.all(Array.from({ length: connections }, one));
  return count;
}

/** Requests a second, over so many milliseconds. */
export async function pingRate(path: string, connections: number, milliseconds: number): Promise<number> {
  const began = performance.now();
  const count = await pings(path, connections, () => performance.now() - began > milliseconds);
  return (count * 1000) / (performance.now() - began);
}

const CHUNK_BYTES = 32_768;
const CHUNK = Buffer.concat([
  Buffer.from(`${CHUNK_BYTES.toString(16)}\r\n`),
  Buffer.alloc(CHUNK_BYTES, 'x'),
  Buffer.from('\r\n'),
]);

/** An engine of bytes alone: `GET /BYTES` is answered by so many in chunks; the body of a POST, read to its end, by nothing. */
export async function byteEngine(path: string): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (head: Buffer) => {
      const [, wanted] = /^GET \/(\d+) /.exec(head.toString('latin1')) ?? [];
      if (wanted !== undefined) {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
        void sendChunks(socket, Number(wanted));
        return;
      }
      let tail = '';
      const take = (piece: Buffer) => {
        tail = (tail + piece.toString('latin1', Math.max(0, piece.length - 7))).slice(-7);
        if (tail === '\r\n0\r\n\r\n') socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      };
      take(head);
      socket.on('data', take);
    });
  });
  server.listen(path);
  await once(server, 'listening');
  return server;
}

async function sendChunks(socket: Socket, bytes: number): Promise<void> {
  for (let sent = 0; sent < bytes; sent += CHUNK_BYTES) {
    if (!socket.write(CHUNK)) await once(socket, 'drain');
  }
  socket.write('0\r\n\r\n');
}

/** Megabytes a second of such a stream, down or up. */
export async function streamRate(path: string, way: 'down' | 'up', bytes: number): Promise<number> {
  const socket = await connected(path);
  const began = performance.now();
  if (way === 'down') {
    socket.write(`GET /${bytes} HTTP/1.1\r\nHost: d\r\n\r\n`);
    let tail = '';
    await new Promise<void>((done, fail) => {
      socket.on('error', fail).on('end', () => fail(new Error(`${path} ended in a body`)));
      socket.on('data', (piece: Buffer) => {
        tail = (tail + piece.toString('latin1', Math.max(0, piece.length - 7))).slice(-7);
        if (tail === '\r\n0\r\n\r\n') done();
      });
    });
  } else {
    const answered = once(socket, 'data');
    socket.write('POST /load HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n');
    await sendChunks(socket, bytes);
    await answered;
  }
  const took = performance.now() - began;
  socket.destroy();
  return bytes / 1000 / took;
}

/** Connects; a relay that has just been started may not listen yet. */
export async function connected(path: string): Promise<Socket> {
  for (let attempt = 0; ; attempt++) {
    const socket = connect(path);
    const [error] = await Promise.race([once(socket, 'connect'), once(socket, 'error')]).catch((e: unknown) => [e]);
    if (error === undefined) return socket;
    if (attempt === 100) throw error as Error;
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** Milliseconds from when an event of the engine has come direct to when the same has come through a relay. */
export async function eventDelays(
  direct: string,
  relayed: string,
  cause: () => Promise<unknown>,
  wanted: number,
): Promise<number[]> {
  const arrivals = await Promise.all([direct, relayed].map(listen));
  while (arrivals.some(({ times }) => times.size < wanted)) await cause();
  arrivals.forEach(({ socket }) => socket.destroy());
  const [first, second] = arrivals;
  return [...first!.times].flatMap(([event, time]) => {
    const other = second!.times.get(event);
    return other === undefined ? [] : [other - time];
  });
}

async function listen(path: string): Promise<{ socket: Socket; times: Map<string, number> }> {
  const socket = await connected(path);
  const times = new Map<string, number>();
  let rest = '';
  socket.on('data', (piece: Buffer) => {
    const now = performance.now();
    const lines = (rest + piece.toString()).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line.startsWith('{')) times.set(line, now);
  });
  socket.write('GET /events HTTP/1.1\r\nHost: d\r\n\r\n');
  await once(socket, 'data');
  return { socket, times };
}
