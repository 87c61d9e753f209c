import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { splice, type Tap } from '../../../../src/api/wire/splice.ts';

let folder: string;
let undo: (() => unknown)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dbg-splice-'));
});

afterEach(() => {
  for (const action of undo.toReversed()) action();
  undo = [];
  rmSync(folder, { recursive: true, force: true });
});

const QUIET: Tap = {
  client: () => undefined,
  engine: () => undefined,
  clientEnd: () => undefined,
  engineEnd: () => undefined,
  closed: () => undefined,
};

async function serve(name: string, onConnection: (socket: Socket) => void): Promise<string> {
  const path = join(folder, name);
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  server.listen(path);
  await once(server, 'listening');
  undo.push(() => {
    server.close();
    sockets.forEach((socket) => socket.destroy());
  });
  return path;
}

/** A splice between a client and an engine that is scripted; gives a new client's socket, and how the splice ended. */
async function spliced(engine: (socket: Socket) => void, tap: Partial<Tap> = {}, name = '') {
  const enginePath = await serve(`engine${name}`, engine);
  let over: (error: Error | undefined) => void;
  const closed = new Promise<Error | undefined>((done) => (over = done));
  const path = await serve(`dbg${name}`, (client) =>
    splice(client, connect({ path: enginePath, allowHalfOpen: true }), {
      ...QUIET,
      closed: (error) => over(error),
      ...tap,
    }),
  );
  const client = connect({ path, allowHalfOpen: true }).on('error', () => undefined);
  undo.push(() => client.destroy());
  return { client, closed, path };
}

/** All that a socket is sent; it is left open. Fails where the connection does, unless something had come. */
function all(socket: Socket): Promise<Buffer> {
  return new Promise((done) => {
    const pieces: Buffer[] = [];
    socket.on('data', (piece) => pieces.push(piece));
    socket.on('end', () => done(Buffer.concat(pieces))).on('close', () => done(Buffer.concat(pieces)));
  });
}

const MEGABYTE = Buffer.alloc(1_048_576, 'x');

describe('splice', () => {
  test('ends each way by itself: the engine answers after the client has ended', async () => {
    const { client, closed } = await spliced((socket) => {
      void all(socket).then((said) => setTimeout(() => socket.end(`${said.toString()} heard`), 700));
    });
    client.end('asked');
    expect((await all(client)).toString()).toBe('asked heard');
    expect(await closed).toBeUndefined();
  });

  test('ends each way by itself: the client goes on after the engine has ended', async () => {
    const heard: Promise<Buffer>[] = [];
    const { client, closed } = await spliced((socket) => {
      heard.push(all(socket));
      socket.end('bye');
    });
    expect((await all(client)).toString()).toBe('bye');
    client.end('and this');
    expect(await closed).toBeUndefined();
    expect((await heard[0]!).toString()).toBe('and this');
  });

  test('gives the engine’s last bytes to a client that takes its time', async () => {
    // Sizes of which a last piece is left in the splice's own queue, behind what the kernel holds.
    const sizes = [200, 220, 240, 260, 280, 300].map((kilobytes) => kilobytes * 1024);
    const got = sizes.map(async (size, at) => {
      const { client } = await spliced(
        (socket) => void socket.resume().on('end', () => socket.end(Buffer.alloc(size))),
        {},
        `${at}`,
      );
      client.pause();
      client.end('all');
      await new Promise((done) => setTimeout(done, 6000)); // longer than a time limit that the splice once had
      const bytes = all(client);
      client.resume();
      return (await bytes).length;
    });
    expect(await Promise.all(got)).toEqual(sizes);
  }, 15_000);

  test.each(['at once', 'with bytes unread'])(
    'gives an answer that came before the request was whole (%s)',
    async (how) => {
      for (let round = 0; round < 50; round++) {
        const { client } = await spliced((socket) => {
          socket.once('data', () => {
            socket.pause();
            socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n', () => socket.destroy());
          });
          if (how === 'at once') socket.resume();
        });
        const answer = all(client);
        const pump = () =>
          void (client.writable && (client.write(MEGABYTE) ? setImmediate(pump) : client.once('drain', pump)));
        pump();
        expect((await answer).toString()).toContain('400 Bad Request');
        for (const action of undo.toReversed()) action();
        undo = [];
      }
    },
  );

  test('closes the engine’s connection when a client is gone that had ended its sending', async () => {
    const { client, closed } = await spliced((socket) => void socket.resume());
    client.end('asked', () => setTimeout(() => client.destroy(), 50));
    expect((await closed)?.message).toContain('EPIPE');
  });

  test('tells a client whose engine cannot be reached by an end, and why', async () => {
    let over: (error: Error | undefined) => void;
    const closed = new Promise<Error | undefined>((done) => (over = done));
    const path = await serve('dbg', (client) =>
      splice(client, connect({ path: join(folder, 'none'), allowHalfOpen: true }), {
        ...QUIET,
        closed: (e) => over(e),
      }),
    );
    const client = connect(path).on('error', () => undefined);
    client.end('GET');
    expect((await all(client)).length).toBe(0);
    expect((await closed)?.message).toContain('ENOENT');
  });

  test('holds a sender back whose reader takes nothing', async () => {
    let sent = 0;
    const { client, closed } = await spliced((socket) => {
      const pump = () => {
        while (sent < 64 && socket.write(MEGABYTE)) sent++;
        if (sent < 64) socket.once('drain', () => (sent++, pump()));
        else socket.end();
      };
      pump();
    });
    client.pause();
    await new Promise((done) => setTimeout(done, 300));
    expect(sent).toBeLessThan(8);
    client.end();
    const bytes = all(client);
    client.resume();
    expect((await bytes).length).toBeGreaterThanOrEqual(64 * MEGABYTE.length);
    expect(await closed).toBeUndefined();
  });
});
