import { execa } from 'execa';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { onTerminal, sleep } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { client, fakeEngine, relay, residentMb, sockets, type Relay } from './support/wire.ts';

// How works end: by Ctrl-C, by a kill of either side or of dbg, by an engine that dies; and that nothing of them stays.
let through: Relay;
let quiet: number;
const web = 'api-wire-ends-web';
beforeAll(async () => {
  through = await relay();
  await execa('docker', ['run', '-d', '--init=false', '--name', web, 'busybox', 'sleep', '3600']);
  await execa('docker', ['ps'], { env: through.env });
  quiet = await settledSockets(through.pid);
});
afterAll(async () => {
  await through.end();
  await execa('docker', ['rm', '-f', web]);
});

/** How many sockets it has while there is no connection. */
async function settledSockets(pid: number): Promise<number> {
  const seen: number[] = [];
  while (seen.length < 4 || new Set(seen.slice(-4)).size > 1) {
    await sleep(100);
    seen.push(sockets(pid));
  }
  return seen.at(-1)!;
}

const isQuiet = () => expect.poll(() => sockets(through.pid)).toBeLessThanOrEqual(quiet);

/** Starts docker in a pty, which goes with the test. */
function dockerOnTerminal(lab: Lab, args: readonly string[], env: Record<string, string>) {
  const terminal = onTerminal(['docker', ...args], env);
  let hasEnded = false;
  void terminal.ended.then(() => (hasEnded = true));
  lab.cleanUp(async () => void (hasEnded || process.kill(terminal.pid, 'SIGKILL')));
  return terminal;
}

describe('on a terminal', () => {
  test.for([
    ['direct', () => ({})],
    ['through dbg', () => through.env],
  ] as const)('exec -it: its size follows; typed text; the exit code: %s', async ([, env], { lab }) => {
    const terminal = dockerOnTerminal(lab, ['exec', '-it', web, 'sh'], env());
    await terminal.sees('# ');
    // docker tells the size when the exec runs already: at first there is none.
    terminal.type('until stty size | grep -q "24 80"; do sleep 0.1; done; echo mea""sured\n');
    await terminal.sees('measured');
    terminal.resize(132, 43);
    terminal.type('until stty size | grep -q "43 132"; do sleep 0.1; done; echo re""sized\n');
    await terminal.sees('resized');
    terminal.type('tty; exit 9\n');
    await terminal.sees('/dev/pts/');
    expect(await terminal.ended).toBe(9);
    await isQuiet();
  });

  test.for([
    ['exec', ['exec', '-it', web]],
    ['run', ['run', '--rm', '-it', 'busybox']],
  ] as const)('Ctrl-C ends what %s runs', async ([, args], { lab }) => {
    const script = 'trap "echo caught; exit 44" INT; echo up; while :; do sleep 0.1; done';
    for (const env of [{}, through.env]) {
      const terminal = dockerOnTerminal(lab, [...args, 'sh', '-c', script], env);
      await terminal.sees('up');
      terminal.type('\u0003');
      await terminal.sees('caught');
      expect(await terminal.ended).toBe(44);
    }
    await isQuiet();
  });

  test('attach: the keys that detach', async ({ lab }) => {
    const command = ['sh', '-c', 'while read line; do echo got $line; done'];
    const codes = [];
    for (const [name, env] of [
      ['direct', {}],
      ['led', through.env],
    ] as const) {
      const container = await lab.run(name, { options: ['-it'], command });
      const terminal = dockerOnTerminal(lab, ['attach', container], env);
      terminal.type('hello\n');
      await terminal.sees('got hello');
      terminal.type('\u0010\u0011');
      await terminal.sees('read escape sequence');
      expect(await lab.docker('inspect', '-f', '{{.State.Running}}', container)).toBe('true');
      codes.push(await terminal.ended);
    }
    expect(codes[1]).toBe(codes[0]);
    await isQuiet();
  });
});

describe('a client that is killed leaves no connection', () => {
  test.for([
    ['logs -f', ['logs', '-f', web]],
    ['events', ['events', '--filter', 'container=nobody']],
    ['exec, quiet, without stdin', ['exec', web, 'sleep', '600']],
    ['exec -i, quiet', ['exec', '-i', web, 'sleep', '600']],
    ['exec that says much', ['exec', web, 'cat', '/dev/zero']],
    ['attach', ['attach', web]],
    ['wait', ['wait', web]],
    ['stats', ['stats', web]],
  ] as const)('%s', async ([, args]) => {
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      // attach passes other signals on to the container; stats, as docker 28 has it, does not end with one that comes early.
      if ((args[0] === 'attach' || args[0] === 'stats') && signal !== 'SIGKILL') continue;
      const docker = execa('docker', args, {
        env: through.env,
        reject: false,
        buffer: false,
        stdin: signal === 'SIGINT' ? 'ignore' : 'pipe',
      });
      docker.stdout.resume();
      await expect.poll(() => sockets(through.pid)).toBeGreaterThanOrEqual(quiet + 2);
      await expect
        .poll(async () => (await execa('docker', ['top', web])).stdout)
        .toMatch(args[0] === 'exec' ? args.at(-1)! : '');
      docker.kill(signal);
      await docker;
      await isQuiet();
    }
    await execa('docker', ['exec', web, 'sh', '-c', 'kill $(pidof cat) 2>/dev/null; kill $(pgrep -f "sleep 600")'], {
      reject: false,
    });
  });
});

test('dbg is killed: its clients end at once, with an error, and nothing of it stays', async () => {
  const own = await relay();
  const work = execa('docker', ['exec', '-i', web, 'cat'], { env: own.env, reject: false, buffer: false });
  const logs = execa('docker', ['events'], { env: own.env, reject: false, stdin: 'ignore' });
  work.stdin.write('hello\n');
  await once(work.stdout, 'data');
  await expect.poll(() => sockets(own.pid)).toBeGreaterThanOrEqual(4);
  own.kill('SIGKILL');
  expect((await logs).exitCode).toBe(1);
  expect((await work).exitCode).not.toBe(0);
  const { exitCode, stderr } = await execa('docker', ['ps'], { env: own.env, reject: false });
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Cannot connect')]);
  await own.end();
});

describe('an engine that', () => {
  const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
  const CHUNKED = `${ANSWER}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`;
  test.for<[what: string, serve: (socket: Socket) => void, wanted: string]>([
    ['ends in a body', (socket) => socket.end(CHUNKED), CHUNKED],
    ['is gone in a body', (socket) => void socket.write(CHUNKED, () => socket.destroy()), CHUNKED],
    ['ends without an answer', (socket) => socket.end(), ''],
    ['is gone without an answer', (socket) => void socket.destroy(), ''],
    [
      'answers before the request has ended, and ends',
      (socket) => socket.end(`${ANSWER}Content-Length: 2\r\n\r\nno`),
      `${ANSWER}Content-Length: 2\r\n\r\nno`,
    ],
    [
      'upgrades, with bytes at once',
      (socket) => socket.end('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nearly'),
      'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nearly',
    ],
    ['speaks no HTTP', (socket) => socket.end('\0\r\n\r\n\xff'), '\0\r\n\r\n\xff'],
    [
      'says much, then is gone',
      (socket) => socket.end(`${ANSWER}\r\n${'x'.repeat(3_000_000)}`),
      `${ANSWER}\r\n${'x'.repeat(3_000_000)}`,
    ],
  ])('%s', async ([, serve, wanted]) => {
    // The first connection is dbg's own look whether there is an engine.
    const engine = await fakeEngine((socket) => void socket.once('data', () => serve(socket)));
    const own = await relay(engine.path);
    const before = sockets(own.pid);
    const { socket, isOver, received } = client(own.path);
    socket.write('POST /build HTTP/1.1\r\nHost: d\r\nContent-Length: 1000000\r\n\r\nbegun');
    await isOver;
    expect(received().toString('latin1')).toBe(Buffer.from(wanted).toString('latin1'));
    socket.destroy();
    await expect.poll(() => sockets(own.pid)).toBeLessThanOrEqual(before);
    await own.end();
    await engine.close();
  });

  test('is gone altogether: who asks is cut off, dbg stays', async () => {
    const engine = await fakeEngine(() => undefined);
    const own = await relay(engine.path);
    await engine.close();
    const { isOver, received } = client(own.path);
    await isOver;
    expect(received()).toHaveLength(0);
    const { exitCode, stderr } = await execa('docker', ['ps'], { env: own.env, reject: false });
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/Cannot connect|EOF|error during connect/)]);
    own.kill('SIGINT');
    expect(await own.ended).toBe(0);
    await own.end();
  });
});

test('1,000 connections opened and dropped: nothing stays, dbg still answers', async () => {
  const drop = async (at: number) => {
    const { socket } = client(through.path);
    socket.on('error', () => undefined);
    const head = 'POST /v1.41/containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n';
    if (at % 4 > 0) await once(socket, 'connect');
    const sent = at % 4 === 2 ? head : `${head}Content-Length: 100000\r\n\r\n${randomBytes(1000).toString('hex')}`;
    if (at % 4 > 1) await new Promise((done) => socket.write(sent, done));
    socket.destroy();
  };
  const before = residentMb(through.pid);
  for (let round = 0; round < 10; round++) await Promise.all(Array.from({ length: 100 }, (_, at) => drop(at)));
  await isQuiet();
  expect(residentMb(through.pid)).toBeLessThan(before + 50);
  expect((await execa('docker', ['exec', web, 'echo', 'hi'], { env: through.env })).stdout).toBe('hi');
});
