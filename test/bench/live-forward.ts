import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { bar } from './measure.ts';

const NAME = 'dbg-bench-forward';
const ROUNDS = 7;
const [CONNECTIONS_MS, AT_ONCE] = [1500, 8];
const BYTES = 500e6;
const BAR = 0.9;

/** A server in the container's network: "d" is answered by BYTES bytes, "c" by one, and of "u" all is read. */
const SERVER = `require('net').createServer({ allowHalfOpen: true }, (s) => {
  s.on('error', () => {});
  s.once('data', (d) => {
    if (d[0] === 99) return s.end('.');
    if (d[0] === 117) return s.on('data', () => {}).on('end', () => s.end('.'));
    const piece = Buffer.alloc(65536, 'x');
    let left = ${BYTES};
    const more = () => {
      for (; left > 0; left -= piece.length) if (!s.write(piece)) { left -= piece.length; return s.once('drain', more); }
      s.end();
    };
    more();
  });
}).listen(80, '127.0.0.1', 4096, () => console.log('up'))`;

interface Way {
  readonly name: string;
  readonly argv: readonly string[];
  readonly host: string;
  readonly port: number;
}

/** `dbg forward` beside socat, as people reach a port on a container's 127.0.0.1. Runs inside an engine of our own. */
export async function benchForward(): Promise<boolean> {
  const docker = (...args: readonly string[]) => execFileSync('docker', args, { encoding: 'utf8' }).trim();
  docker('run', '-d', '--name', NAME, 'busybox', 'sleep', '3600');
  const started: ChildProcess[] = [];
  try {
    const pid = docker('inspect', '-f', '{{.State.Pid}}', NAME);
    const address = docker('inspect', '-f', '{{.NetworkSettings.IPAddress}}', NAME);
    const inside = ['nsenter', '-t', pid, '-n'];
    const server = start([...inside, process.execPath, '-e', SERVER]);
    started.push(server);
    await once(server.stdout, 'data');
    const ways: readonly Way[] = [
      {
        name: 'dbg forward',
        argv: [process.execPath, 'bin/dbg.js', 'forward', NAME, '9001:80'],
        host: '127.0.0.1',
        port: 9001,
      },
      {
        name: 'socat, and nsenter socat for each connection',
        argv: [
          'socat',
          'TCP-LISTEN:9002,fork,reuseaddr,backlog=4096',
          `EXEC:${inside.join(' ')} socat STDIO TCP\\:127.0.0.1\\:80`,
        ],
        host: '127.0.0.1',
        port: 9002,
      },
      {
        name: 'nsenter socat, on the address of the container',
        argv: [...inside, 'socat', 'TCP-LISTEN:9003,fork,reuseaddr,backlog=4096', 'TCP:127.0.0.1:80'],
        host: address,
        port: 9003,
      },
    ];
    for (const { argv } of ways) started.push(start(argv));
    for (const way of ways) await untilUp(way);
    const outcomes = [
      await compared('connections a second', ways, connectionRate),
      await compared('MB a second from the container', ways, (way) => byteRate(way, 'd')),
      await compared('MB a second to the container', ways, (way) => byteRate(way, 'u')),
    ];
    return outcomes.every(Boolean);
  } finally {
    for (const each of started) each.kill('SIGTERM');
    docker('rm', '-f', NAME);
  }
}

const start = ([file = '', ...args]: readonly string[]) => spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });

async function untilUp(way: Way): Promise<void> {
  for (;;) {
    try {
      await short(way);
      return;
    } catch {
      await new Promise((resolve) => void setTimeout(resolve, 50));
    }
  }
}

async function compared(what: string, ways: readonly Way[], rate: (way: Way) => Promise<number>): Promise<boolean> {
  const rates = ways.map((): number[] => []);
  // In turn, so that what else the machine does falls on all of them alike.
  for (let round = 0; round < ROUNDS; round++) {
    for (const [at, way] of ways.entries()) rates[at]!.push(await rate(way));
  }
  const medians = rates.map((all) => all.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]!);
  ways.forEach(({ name }, at) => console.log(`${what}, ${name}: ${medians[at]!.toFixed(0)}`));
  return ways
    .slice(1)
    .map(({ name }, at) => {
      const ratio = medians[0]! / medians[at + 1]!;
      return bar(`dbg forward ≥ ${BAR} × ${name}, ${what}`, ratio >= BAR, ratio.toFixed(2));
    })
    .every(Boolean);
}

async function connectionRate(way: Way): Promise<number> {
  const began = performance.now();
  let count = 0;
  const one = async () => {
    for (; performance.now() - began < CONNECTIONS_MS; count++) await short(way);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return (count * 1000) / (performance.now() - began);
}

async function short(way: Way): Promise<void> {
  const socket = await connected(way);
  socket.write('c');
  let got = 0;
  for await (const piece of socket) got += (piece as Buffer).length;
  if (got !== 1) throw new Error(`${way.name} brought ${got} bytes of 1`);
}

async function byteRate(way: Way, kind: 'd' | 'u'): Promise<number> {
  const socket = await connected(way);
  socket.write(kind);
  let got = 0;
  socket.on('data', (piece: Buffer) => (got += piece.length));
  const ended = once(socket, 'end');
  const began = performance.now();
  if (kind === 'u') {
    // Apart from the first byte, which the server reads alone.
    await new Promise((resolve) => void setTimeout(resolve, 100));
    const piece = Buffer.alloc(65_536, 'x');
    for (let sent = 0; sent < BYTES; sent += piece.length) if (!socket.write(piece)) await once(socket, 'drain');
    socket.end();
  }
  await ended;
  socket.destroy();
  if (kind === 'd' ? got < BYTES : got !== 1) throw new Error(`${way.name} brought ${got} bytes`);
  return BYTES / 1000 / (performance.now() - began - (kind === 'u' ? 100 : 0));
}

async function connected({ host, port }: Way): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  socket.setTimeout(60_000, () => socket.destroy(new Error('nothing came for a minute')));
  await once(socket, 'connect');
  return socket;
}
