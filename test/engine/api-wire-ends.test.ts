import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import Docker from 'dockerode';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { commandLines, dbg, onTerminal, says, sleep } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

/** A `dbg api snoop` that listens in an engine's place until the test ends; gives what docker is to be told, and dbg's pid. */
async function snooping(lab: Lab, env: Record<string, string> = {}) {
  const path = join(lab.folder, 'api.sock');
  const running = dbg(['api', 'snoop', '--listen', `unix:${path}`], { env, maxBuffer: 1e9 });
  lab.cleanUp(async () => (running.kill('SIGINT'), await running));
  await says(running, 'in the place of');
  return { env: { DOCKER_HOST: `unix://${path}` }, path, running, pid: running.pid! };
}

interface Work {
  readonly argv: readonly string[];
  readonly input?: Uint8Array | undefined;
}

/** What a command says and how it ends, byte by byte. */
async function outcome({ argv, input }: Work, env: Record<string, string> = {}) {
  const [file = '', ...args] = argv;
  const stdin = input === undefined ? { stdin: 'ignore' as const } : { input };
  const { stdout, stderr, exitCode } = await execa(file, args, {
    reject: false,
    env,
    encoding: 'buffer',
    maxBuffer: 1e9,
    ...stdin,
  });
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
  return { stdout: text(stdout), stderr: text(stderr), exitCode };
}

const fds = (pid: number) => readdirSync(`/proc/${pid}/fd`).length;
const rssMb = (pid: number) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

async function until(isSo: () => boolean, what: string, milliseconds = 15_000) {
  for (const deadline = Date.now() + milliseconds; !isSo(); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${what}`);
  }
}

describe('docker through dbg api snoop', () => {
  test('keeps the command’s exit code, and leaves nothing', async ({ lab }) => {
    const c = await lab.run('c');
    const argv = ['api', 'snoop', '--', 'docker', 'exec', c, 'sh', '-c', 'echo out; exit 5'];
    const { stdout, exitCode } = await dbg(argv);
    expect([stdout, exitCode]).toEqual(['out', 5]);
    const env = { XDG_RUNTIME_DIR: lab.folder };
    await dbg(argv, { env });
    expect(readdirSync(lab.folder)).toEqual([]);
  });

  test('a terminal, its size and Ctrl-C go through', async ({ lab }) => {
    const c = await lab.run('c');
    const { env } = await snooping(lab);
    const terminal = onTerminal(['docker', 'exec', '-it', c, 'sh'], env);
    await terminal.sees('#');
    // docker hears of a new size only after its session has begun; a size that is as before is no news.
    for (let columns = 100; !/37 1\d\d\r/.test(terminal.screen()) && columns < 130; columns++) {
      terminal.resize(columns, 37);
      await sleep(200);
      terminal.type('stty size\r');
      await sleep(200);
    }
    await terminal.sees(/37 1\d\d\r/);
    terminal.type('sleep 100\r');
    await until(() => commandLines().includes('sleep 100'), 'it sleeps');
    terminal.type('\u0003');
    await until(() => !commandLines().includes('sleep 100'), 'it is interrupted');
    terminal.type('echo code $?\r');
    await terminal.sees('code 130');
    terminal.type('exit 9\r');
    expect(await terminal.ended).toBe(9);
  });

  test('logs -f and events are followed, and end with SIGINT', async ({ lab }) => {
    const c = await lab.run('c', { command: ['sh', '-c', 'while sleep 0.2; do echo tick; done'] });
    const { env, pid } = await snooping(lab);
    const before = fds(pid);
    for (const argv of [
      ['logs', '-f', c],
      ['events', '--filter', `container=${c}`],
    ]) {
      const following = execa('docker', argv, { env, reject: false });
      let said = '';
      following.stdout.on('data', (data) => (said += String(data)));
      while (!/tick|exec_die/.test(said)) await lab.docker('exec', c, 'true');
      following.kill('SIGINT');
      await following;
      await until(() => fds(pid) <= before, `${argv[0]}: its connections are closed`);
    }
  });

  test('a client that is killed is not left connected, also when it was quiet', async ({ lab }) => {
    const c = await lab.run('c');
    const { env, pid } = await snooping(lab);
    const before = fds(pid);
    for (const argv of [['exec', c, 'sleep', '600'], ['exec', '-i', c, 'sleep', '600'], ['events']]) {
      const client = execa('docker', argv, { env, reject: false, stdin: 'pipe' });
      await until(() => fds(pid) >= before + 2, `${argv.join(' ')} is connected`);
      await sleep(500);
      client.kill('SIGKILL');
      await client;
      await until(() => fds(pid) <= before, `${argv.join(' ')}: both connections are closed`);
    }
  });

  test('dbg that is killed ends its clients, and leaves nothing', async ({ lab }) => {
    const c = await lab.run('c');
    const { env, running, path } = await snooping(lab);
    const client = execa('docker', ['exec', c, 'sh', '-c', 'echo up; sleep 600'], { env, reject: false });
    await once(client.stdout, 'data');
    running.kill('SIGKILL');
    await client; // as when an engine dies: docker says EOF, or takes it for the stream's end
    await until(
      () => !commandLines().some((line) => line.includes('dbg-sweep') && line.includes(path)),
      'the sweeper has ended',
    );
    expect(readdirSync(lab.folder)).toEqual([]);
  });

  test('dockerode does the same', async ({ lab }) => {
    const c = await lab.run('c');
    const { path } = await snooping(lab);
    const hijacked = async (docker: Docker) => {
      const exec = await docker.getContainer(c).exec({ Cmd: ['cat'], AttachStdin: true, AttachStdout: true });
      const stream = await exec.start({ hijack: true, stdin: true });
      stream.end('through a hijacked stream');
      const pieces: Buffer[] = [];
      for await (const piece of stream) pieces.push(piece as Buffer);
      return [Buffer.concat(pieces).toString('latin1'), (await exec.inspect()).ExitCode];
    };
    const [direct, through] = [new Docker(), new Docker({ socketPath: path })];
    expect(await hijacked(through)).toEqual(await hijacked(direct));
    expect(await through.getContainer(c).inspect()).toEqual(await direct.getContainer(c).inspect());
  });

  test('1,000 connections opened and dropped leave nothing', async ({ lab }) => {
    const { env, path, pid } = await snooping(lab);
    const before = fds(pid);
    const drop = [
      '',
      'GET /_pi',
      'GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n',
      'POST /build HTTP/1.1\r\nContent-Length: 99\r\n\r\nx',
    ];
    for (let round = 0; round < 10; round++) {
      const sockets = Array.from({ length: 100 }, (_, at) => {
        const socket = connect(path).on('error', () => undefined);
        if (at % 5 === 4) socket.destroy();
        else socket.write(drop[at % 5]!, () => socket.destroy());
        return once(socket, 'close');
      });
      await Promise.all(sockets);
    }
    await until(() => fds(pid) <= before, 'as many descriptors as before');
    expect(rssMb(pid)).toBeLessThan(150);
    expect((await outcome({ argv: ['docker', 'version'] }, env)).exitCode).toBe(0);
  });
});

/** An engine that notes what it is sent, and says what the test has it say. */
async function fakeEngine(lab: Lab, answer: (socket: Socket) => void) {
  const path = join(lab.folder, 'engine.sock');
  const heard: Buffer[][] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const pieces: Buffer[] = [];
    heard.push(pieces);
    socket.on('data', (piece) => pieces.push(piece)).on('error', () => undefined);
    answer(socket);
  });
  server.listen(path);
  lab.cleanUp(async () => void server.close());
  await once(server, 'listening');
  return { heard, env: { DOCKER_HOST: `unix://${path}` } };
}

const REQUESTS: readonly (readonly [string, string | Buffer, doubt: boolean])[] = [
  ['garbage', randomBytes(5000), true],
  ['half a head', 'GET /_ping HTTP/1.1\r\nHost', false],
  ['a head of 2 MB', `GET / HTTP/1.1\r\nA: ${'x'.repeat(2_000_000)}\r\n\r\n`, true],
  ['NULs', 'GET /\0 HTTP/1.1\r\nA\0: b\r\n\r\n', true],
  [
    'a length and chunks',
    'POST /x HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /y HTTP/1.1\r\n\r\n',
    true,
  ],
  ['two lengths', 'POST /x HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 30\r\n\r\nGET /y HTTP/1.1\r\n\r\n', true],
  ['xchunked', 'POST /x HTTP/1.1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n', true],
  ['extensions of chunks', 'POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;a="\r\nb\r\n0;x\r\n\r\n', false],
  ['bare line feeds', 'GET /x HTTP/1.1\nHost: d\n\n', true],
  ['a folded header', 'GET /x HTTP/1.1\r\nA: b\r\n c\r\n\r\n', true],
  ['pipelined', 'GET /x HTTP/1.1\r\n\r\nGET /y HTTP/1.1\r\n\r\n', false],
  ['a split request', 'GET /x HTTP/1.1\r\nA: b\rGET /y HTTP/1.1\r\n\r\n', false],
];

describe('what is malformed', () => {
  test('reaches the engine as it was sent; dbg says that it is doubtful, and goes on', async ({ lab }) => {
    const { heard, env } = await fakeEngine(lab, (socket) =>
      socket.on('end', () => socket.end('HTTP/1.1 400 Bad\r\n\r\n')),
    );
    const { path, running } = await snooping(lab, env);
    let said = '';
    running.stdout!.on('data', (data) => (said += String(data)));
    for (const [name, request, doubt] of REQUESTS) {
      for (const step of [Infinity, 1]) {
        const bytes = Buffer.from(request);
        if (step === 1 && bytes.length > 10_000) continue;
        const from = said.length;
        const client = connect({ path, allowHalfOpen: true }).setNoDelay(true);
        for (let at = 0; at < bytes.length; at += step) client.write(bytes.subarray(at, at + step));
        client.end();
        let answer = '';
        client.on('data', (piece) => (answer += String(piece)));
        await once(client, 'end');
        expect(answer, name).toBe('HTTP/1.1 400 Bad\r\n\r\n');
        expect(Buffer.concat(heard.at(-1)!).equals(bytes), name).toBe(true);
        if (doubt) await until(() => said.slice(from).includes('!'), `${name}: a mark`);
      }
    }
    expect(running.exitCode ?? null).toBeNull();
  });

  test('an engine that breaks off in a body ends its client, and not dbg', async ({ lab }) => {
    const half = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf';
    const { env } = await fakeEngine(lab, (socket) =>
      socket.once('data', () => socket.write(half, () => socket.destroy())),
    );
    const { path } = await snooping(lab, env);
    for (let round = 0; round < 20; round++) {
      const client = connect(path).on('error', () => undefined);
      client.write('GET /x HTTP/1.1\r\n\r\n');
      let answer = '';
      client.on('data', (piece) => (answer += String(piece)));
      await once(client, 'close');
      expect(answer).toBe(half);
    }
  });
});
