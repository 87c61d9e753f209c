import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as after } from 'node:timers/promises';
import { startRelays, type Relay } from './api-relay.ts';

const ALL = ['socat', 'socat -v', 'dbg snoop', 'dbg record'];
const PING = Buffer.from('GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n');

/** What a dbg in the engine's place costs, beside socat. Runs inside an engine of our own. */
export async function benchApi(args: readonly string[]): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'dbg-bench-api-'));
  console.log(`\nNode ${process.version}, ${cpus().length} processors`);
  const parts = { ping: benchPing, bulk: benchBulk, events: benchEvents, memory: benchMemory };
  const outcomes: boolean[] = [];
  try {
    for (const [name, part] of Object.entries(parts)) {
      if (args.length === 0 || args.includes(name)) outcomes.push(await part(folder));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return outcomes.every(Boolean);
}

const engineSocket = () => (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace('unix://', '');

async function withRelays<T>(
  folder: string,
  server: string,
  names: readonly string[],
  use: (relays: Relay[]) => Promise<T>,
) {
  const relays = await startRelays(folder, server, names);
  try {
    return await use(relays);
  } finally {
    for (const relay of relays) await relay.stop();
  }
}

/** Calls of `_ping` on kept connections, each as soon as the one before is answered: as many as there were in this time. */
function pings(path: string, connections: number, enough: (calls: number) => boolean): Promise<number> {
  return new Promise((done, fail) => {
    let calls = 0;
    let open = connections;
    for (let at = 0; at < connections; at++) {
      const socket = connect(path, () => socket.write(PING));
      socket.on('error', fail).on('data', (piece) => {
        if (!piece.subarray(-2).equals(OK)) return;
        if (enough(++calls)) {
          socket.destroy();
          if (--open === 0) done(calls);
        } else socket.write(PING);
      });
    }
  });
}

const OK = Buffer.from('OK');
const PING_ROUNDS = 5;
const PING_MS = 1500;

function benchPing(folder: string): Promise<boolean> {
  return withRelays(folder, engineSocket(), ALL, async (relays) => {
    const outcomes: boolean[] = [];
    for (const connections of [1, 10]) {
      const rates = await rounds(relays, PING_ROUNDS, async ({ path }) => {
        const began = performance.now();
        const calls = await pings(path, connections, () => performance.now() - began > PING_MS);
        return (calls * 1000) / (performance.now() - began);
      });
      console.log(`\n_ping, ${connections} connection(s), calls a second:`);
      show(rates);
      for (const dbg of ours(rates)) {
        outcomes.push(bar(rates, dbg, 'socat -v', 2), bar(rates, dbg, 'socat', 0.8));
      }
    }
    return outcomes.every(Boolean);
  });
}

const BULK = 500_000_000;
const PIECE = Buffer.alloc(65_536, 'x');
const BULK_ROUNDS = 3;

/** A server that takes or gives 500 MB at once: an engine's own pace would hide what is in between. */
async function sinkAndSource(path: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    let left = -1;
    socket.on('data', (piece) => {
      if (left < 0 && piece.toString('latin1', 0, 3) === 'GET') {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${BULK}\r\n\r\n`);
        return pump(socket, BULK);
      }
      if (left < 0) left = BULK + piece.indexOf('\r\n\r\n') + 4;
      left -= piece.length;
      if (left === 0) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK');
    });
  });
  server.listen(path);
  await once(server, 'listening');
  return server;
}

function pump(
  socket: { write(piece: Buffer): boolean; once(event: 'drain', then: () => void): unknown },
  bytes: number,
) {
  let left = bytes;
  const go = () => {
    while (left > 0) {
      const piece = left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
      left -= piece.length;
      if (socket.write(piece)) continue;
      socket.once('drain', go);
      return;
    }
  };
  go();
}

async function move(path: string, way: 'up' | 'down'): Promise<void> {
  const socket = connect(path);
  if (way === 'down') {
    socket.write('GET /x HTTP/1.1\r\n\r\n');
    for (let bytes = 0; bytes < BULK;) bytes += ((await once(socket, 'data')) as [Buffer])[0].length;
  } else {
    const answered = once(socket, 'data');
    socket.write(`POST /x HTTP/1.1\r\nContent-Length: ${BULK}\r\n\r\n`);
    pump(socket, BULK);
    await answered;
  }
  socket.destroy();
}

/** The server is a bare one: `docker save` and `load` go at the engine's pace, which hides what is between. */
async function benchBulk(folder: string): Promise<boolean> {
  const path = join(folder, 'bulk.sock');
  const server = await sinkAndSource(path);
  try {
    // socat -v would write 500 MB of text for minutes.
    return await withRelays(folder, path, ['socat', 'dbg snoop', 'dbg record'], async (relays) => {
      const outcomes: boolean[] = [];
      for (const way of ['up', 'down'] as const) {
        const rates = await rounds(relays, BULK_ROUNDS, async (relay) => {
          const began = performance.now();
          await move(relay.path, way);
          return BULK / 1000 / (performance.now() - began);
        });
        console.log(`\n500 MB ${way} between a client and a bare server, MB a second:`);
        show(rates);
        outcomes.push(...ours(rates).map((dbg) => bar(rates, dbg, 'socat', 1)));
      }
      return outcomes.every(Boolean);
    });
  } finally {
    server.close();
  }
}

const EVENTS = 1000;

/** A server that sends each event to all that listen, at once: how much later has it come through a relay than directly? */
async function benchEvents(folder: string): Promise<boolean> {
  const path = join(folder, 'events.sock');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n');
      sockets.add(socket);
    });
  });
  server.listen(path);
  await once(server, 'listening');
  try {
    return await withRelays(folder, path, ['socat', 'dbg snoop', 'dbg record'], async (relays) => {
      const came = relays.map((): number[] => []);
      const clients = relays.map((relay, at) => {
        const client = connect(relay.path, () => client.write('GET /events HTTP/1.1\r\n\r\n'));
        client.on('data', (piece) => {
          // Two that came at once are in one piece.
          const now = performance.now();
          for (const [, number] of piece.toString('latin1').matchAll(/"n":(\d+)/g)) came[at]![Number(number)] = now;
        });
        return client;
      });
      while (sockets.size < relays.length) await after(10);
      for (let number = 0; number < EVENTS; number++) {
        const line = `{"n":${number},"Type":"container","Action":"start","id":"${'a'.repeat(400)}"}\n`;
        const order = [...sockets];
        // Who is written to first changes from event to event.
        for (let at = 0; at < order.length; at++) {
          order[(at + number) % order.length]!.write(`${line.length.toString(16)}\r\n${line}\r\n`);
        }
        await after(3);
      }
      await after(300);
      clients.forEach((client) => client.destroy());
      console.log(`\n${EVENTS} events, later than directly, ms:`);
      const outcomes = relays.slice(1).map(({ name }, at) => {
        const late = came[at + 1]!.map((time, number) => time - came[0]![number]!).toSorted((a, b) => a - b);
        const [p50, p99] = [late[Math.floor(late.length / 2)]!, late[Math.floor(late.length * 0.99)]!];
        console.log(`${name.padEnd(12)} p50 ${p50.toFixed(2)}  p99 ${p99.toFixed(2)}  of ${late.length}`);
        return (
          !name.startsWith('dbg') ||
          said(`${name}: p99 under 2 ms, all came`, p99 < 2 && late.length === EVENTS, p99.toFixed(2))
        );
      });
      return outcomes.every(Boolean);
    });
  } finally {
    server.close();
  }
}

/** An hour's worth: a call for each 20 ms of it, and 5 GB of streams. */
const CALLS = 180_000;
const STREAMS = 10;
const MOST_MB = 150;

async function benchMemory(folder: string): Promise<boolean> {
  const bulk = join(folder, 'bulk.sock');
  const outcomes: boolean[] = [];
  for (const name of ['dbg snoop', 'dbg record']) {
    const server = await sinkAndSource(bulk);
    try {
      await withRelays(folder, engineSocket(), [name], async ([, calls]) => {
        if (!calls) return;
        const samples: number[] = [];
        const sampler = setInterval(() => samples.push(residentMb(calls.pid!)), 100);
        await pings(calls.path, 10, (made) => made >= CALLS - 9);
        clearInterval(sampler);
        outcomes.push(isFlat(`${name}, ${CALLS} calls`, samples));
      });
      await withRelays(folder, bulk, [name], async ([, streams]) => {
        if (!streams) return;
        const samples: number[] = [];
        const sampler = setInterval(() => samples.push(residentMb(streams.pid!)), 50);
        for (let round = 0; round < STREAMS; round++) await move(streams.path, round % 2 ? 'up' : 'down');
        clearInterval(sampler);
        outcomes.push(isFlat(`${name}, ${(STREAMS * BULK) / 1e9} GB of streams`, samples));
      });
    } finally {
      server.close();
    }
  }
  return outcomes.every(Boolean);
}

function isFlat(name: string, samples: readonly number[]): boolean {
  const half = Math.floor(samples.length / 2);
  // A process that has just begun has not yet what it needs.
  const [first, second] = [Math.max(...samples.slice(0, half)), Math.max(...samples.slice(half))];
  const text = `first half at most ${first.toFixed(0)} MB, second ${second.toFixed(0)} MB`;
  return said(
    `${name}: under ${MOST_MB} MB, second half ≤ 1.2 × first`,
    second < MOST_MB && second <= 1.2 * first,
    text,
  );
}

const residentMb = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

type Rates = ReadonlyMap<string, readonly number[]>;

/** Each relay in turn, round after round; the first one warms up and does not count. */
async function rounds(
  relays: readonly Relay[],
  count: number,
  measure: (relay: Relay) => Promise<number>,
): Promise<Rates> {
  const rates = new Map(relays.map(({ name }): [string, number[]] => [name, []]));
  for (let round = 0; round <= count; round++) {
    for (let at = 0; at < relays.length; at++) {
      const relay = relays[(at + round) % relays.length]!;
      const rate = await measure(relay);
      if (round > 0) rates.get(relay.name)!.push(rate);
    }
  }
  return rates;
}

function show(rates: Rates): void {
  for (const [name, each] of rates)
    console.log(`${name.padEnd(12)} ${Math.round(median(each)).toLocaleString('en').padStart(8)}`);
}

const ours = (rates: Rates) => [...rates.keys()].filter((name) => name.startsWith('dbg'));

/** The median of the ratios, each of two rates of one round. */
function bar(rates: Rates, name: string, than: string, atLeast: number): boolean {
  const others = rates.get(than)!;
  const ratio = median(rates.get(name)!.map((rate, round) => rate / others[round]!));
  return said(`${name} ≥ ${atLeast} × ${than}`, ratio >= atLeast, ratio.toFixed(2));
}

function said(name: string, isMet: boolean, outcome: string): boolean {
  console.log(`${isMet ? 'met   ' : 'MISSED'}  ${name}: ${outcome}`);
  return isMet;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
