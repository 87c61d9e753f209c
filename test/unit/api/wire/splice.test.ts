import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { splice } from '../../../../src/api/wire/splice.ts';
import { turns } from '../../turns.ts';

// With real sockets: what half-closes, kills and slow readers are, only the kernel knows.

let folder: string;
let servers: Server[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dbg-splice-'));
  servers = [];
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  rmSync(folder, { recursive: true });
});

/** Both ends of a connection. */
async function pair(): Promise<[Socket, Socket]> {
  const path = join(folder, String(servers.length));
  const server = createServer({ allowHalfOpen: true });
  servers.push(server);
  server.listen(path);
  await once(server, 'listening');
  const far = connect({ path, allowHalfOpen: true });
  const [near] = (await once(server, 'connection')) as [Socket];
  far.on('error', () => undefined);
  return [near, far];
}

/** A client and an engine with a splice between them, and what its tap heard. */
async function spliced() {
  const [[nearClient, client], [nearEngine, engine]] = await Promise.all([pair(), pair()]);
  const heard: string[] = [];
  const closed = new Promise<{ error: string | undefined; first: string }>((done) =>
    splice(nearClient, nearEngine, {
      client: (piece) => heard.push(`client ${piece.length > 20 ? '…' : piece.toString()}`),
      engine: (piece) => heard.push(`engine ${piece.length > 20 ? '…' : piece.toString()}`),
      clientEnd: () => heard.push('client end'),
      engineEnd: () => heard.push('engine end'),
      closed: (error, first) => done({ error: error?.message, first }),
    }),
  );
  return { client, engine, nearClient, nearEngine, heard, closed };
}

/** All that comes until the end. */
async function all(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (piece: Buffer) => (text += piece.toString('latin1')));
  socket.resume();
  await once(socket, 'end');
  return text;
}

test('a client that half-closes is answered', async () => {
  const { client, engine, heard, closed } = await spliced();
  const answer = all(client);
  client.end('question');
  expect(await all(engine)).toBe('question');
  expect(client.readableEnded).toBe(false);
  engine.write('answer ');
  engine.end('late');
  expect(await answer).toBe('answer late');
  expect(await closed).toEqual({ error: undefined, first: 'client' });
  expect(heard.filter((each) => each.endsWith('end'))).toEqual(['client end', 'engine end']);
});

test('an engine that half-closes still reads', async () => {
  const { client, engine, closed } = await spliced();
  engine.end('answer');
  expect(await all(client)).toBe('answer');
  const rest = all(engine);
  client.write('more ');
  client.end('still');
  expect(await rest).toBe('more still');
  expect(await closed).toEqual({ error: undefined, first: 'engine' });
});

test('an end without a byte', async () => {
  const { client, engine, heard, closed } = await spliced();
  client.end();
  expect(await all(engine)).toBe('');
  engine.end();
  expect(await all(client)).toBe('');
  await closed;
  expect(heard).toEqual(['client end', 'engine end']);
});

test('a client that is gone takes its engine’s connection along, though it is quiet', async () => {
  for (const halfCloses of [false, true]) {
    const { client, engine, closed } = await spliced();
    const seen = all(engine);
    client.write('question');
    if (halfCloses) client.end();
    await once(engine, 'data');
    client.destroy();
    expect(await seen).toBe('question');
    expect((await closed).first).toBe('client');
  }
});

test('a client that half-closed stays as long as it reads', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const { client, engine, closed } = await spliced();
  const answer = all(client);
  client.end('question');
  await all(engine);
  // dbg looks now and then whether it is there: of the kernel's answer it makes no end.
  for (let look = 0; look < 5; look++) {
    vi.advanceTimersByTime(1000);
    await turns();
  }
  engine.end('answer');
  expect(await answer).toBe('answer');
  expect((await closed).error).toBeUndefined();
});

test('what the engine said last reaches a client before the end', async () => {
  const { client, engine, nearClient, closed } = await spliced();
  client.pause();
  engine.write(Buffer.alloc(3_000_000, 'x'), () => engine.destroy());
  await expect.poll(() => nearClient.writableLength).toBeGreaterThan(0);
  expect(await all(client)).toHaveLength(3_000_000);
  client.end();
  expect((await closed).first).toBe('engine');
});

test.for([['engine'], ['client']] as const)(
  'what the %s said last is not lost where it no longer takes what comes',
  async ([side]) => {
    const ends = await spliced();
    const [gone, stays] = side === 'engine' ? [ends.engine, ends.client] : [ends.client, ends.engine];
    stays.pause();
    const said = 400_000; // more than dbg's socket takes while nobody reads, and no more than the kernel keeps
    await new Promise((done) => gone.write(Buffer.alloc(said, 'x'), done));
    gone.destroy();
    // To a socket that is gone: EPIPE.
    stays.write('more');
    await turns();
    stays.write('still more');
    await turns();
    let text = '';
    const isOver = new Promise((done) => stays.on('close', done).on('end', done));
    stays.on('data', (piece: Buffer) => (text += piece.toString('latin1'))).resume();
    await isOver;
    stays.destroy();
    expect(text.length).toBe(said);
    await ends.closed;
  },
);

/** Sends until some of it waits in dbg's socket, to be given to an end that does not read. Gives how much was sent. */
async function fill(from: Socket, near: Socket): Promise<number> {
  let sent = 0;
  while (near.writableLength < 5000) {
    sent += 1000;
    await new Promise((done) => from.write(Buffer.alloc(1000, 'x'), done));
    await new Promise(setImmediate);
  }
  return sent;
}

test('a client may take its time for the last bytes of an engine that is gone', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { client, engine, nearClient, nearEngine, closed } = await spliced();
  client.pause();
  const sent = await fill(engine, nearClient);
  engine.destroy();
  const isGone = new Promise((done) => nearEngine.on('close', done));
  client.write('more');
  await isGone;
  vi.advanceTimersByTime(60_000);
  expect(await all(client)).toHaveLength(sent);
  client.destroy();
  await closed;
});

test('an engine that does not read has a while for the last bytes of a client that is gone', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  const { client, engine, nearEngine, closed } = await spliced();
  engine.pause();
  const sent = await fill(client, nearEngine);
  client.destroy();
  engine.write('answer');
  let seconds = 0;
  for (; !nearEngine.destroyed && seconds < 60; seconds++) {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    vi.advanceTimersByTime(1000);
  }
  expect(seconds).toBeGreaterThan(4);
  expect(seconds).toBeLessThan(20);
  expect((await closed).first).toBe('client');
  expect((await all(engine)).length).toBeLessThan(sent);
  engine.destroy();
});

test('a slow reader holds up its sender, and nothing is kept in between', async () => {
  const { client, engine, nearClient, heard } = await spliced();
  client.pause();
  let written = 0;
  const chunk = Buffer.alloc(65_536, 'x');
  // Until the engine's socket takes no more: what the kernel keeps is full.
  while (written < 200 * chunk.length) {
    written += chunk.length;
    if (engine.write(chunk)) continue;
    await turns();
    if (engine.writableNeedDrain) break;
  }
  expect(written).toBeLessThan(100 * chunk.length);
  expect(nearClient.writableLength).toBeLessThan(1_000_000);
  expect(heard.length).toBeLessThan(100);
  engine.end();
  expect(await all(client)).toHaveLength(written);
  client.destroy();
});

test('each way goes on while the other is held up', async () => {
  const { client, engine } = await spliced();
  client.pause();
  engine.write(Buffer.alloc(5_000_000, 'x'));
  client.write('hello');
  expect(String((await once(engine, 'data'))[0])).toBe('hello');
  client.resume();
  engine.end();
  expect(await all(client)).toHaveLength(5_000_000);
  client.destroy();
});

test('a side whose connection fails ends the other', async () => {
  const [nearClient, client] = await pair();
  const engine = connect({ path: join(folder, 'nobody'), allowHalfOpen: true });
  const closed = new Promise<string | undefined>((done) =>
    splice(nearClient, engine, {
      client: () => undefined,
      engine: () => undefined,
      clientEnd: () => undefined,
      engineEnd: () => undefined,
      closed: (error) => done(error?.message),
    }),
  );
  expect(await all(client)).toBe('');
  client.end();
  expect(await closed).toContain('ENOENT');
});

test('bytes go on before they are heard', async () => {
  const [[nearClient, client], [nearEngine, engine]] = await Promise.all([pair(), pair()]);
  const order: string[] = [];
  const write = nearEngine.write.bind(nearEngine);
  Object.assign(nearEngine, { write: (piece: Buffer) => (order.push('sent'), write(piece)) });
  splice(nearClient, nearEngine, {
    client: () => order.push('heard'),
    engine: () => undefined,
    clientEnd: () => undefined,
    engineEnd: () => undefined,
    closed: () => undefined,
  });
  client.write('x');
  await once(engine, 'data');
  expect(order).toEqual(['sent', 'heard']);
  client.destroy();
  await all(engine);
  engine.destroy();
});
