import { PassThrough } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import Docker from 'dockerode';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { findProgram } from '../own-engine/programs.ts';
import { dbg, DBG } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { sharing } from './support/share.ts';

// What other people's clients do, direct and through each verb that stands between: the same comes of it.
const WAYS = ['direct', 'snoop', 'hijack', 'share'] as const;
type Way = (typeof WAYS)[number];

/** Where the engine is reached by that way, as for DOCKER_HOST. */
async function reached(lab: Lab, way: Way): Promise<string> {
  if (way === 'direct') return 'unix:///var/run/docker.sock';
  if (way === 'share') return (await sharing(lab, [])).url;
  const [path, rules] = [join(lab.folder, `${way}.sock`), join(lab.folder, 'rules.yaml')];
  writeFileSync(rules, '- match: { path: /nowhere }\n  fail: { status: 500 }\n');
  const operands = way === 'hijack' ? [rules] : [];
  const args = ['api', way, '--listen', `unix:${path}`, ...operands];
  const running = execa(process.execPath, [DBG, ...args], { reject: false, stdin: 'ignore', stdout: 'ignore' });
  lab.cleanUp(async () => (running.kill('SIGTERM'), await running));
  let told = '';
  running.stderr.on('data', (piece) => (told += piece));
  await expect.poll(() => told).toContain('in another terminal');
  return `unix://${path}`;
}

const place = (host: string) => {
  const { hostname, port } = new URL(host.replace(/^tcp/, 'http'));
  return host.startsWith('unix:') ? { path: host.slice('unix://'.length) } : { host: hostname, port: Number(port) };
};

/** What comes of a work by each way, in their order. */
async function byEach<T>(lab: Lab, work: (host: string, way: Way) => Promise<T>, ways: readonly Way[] = WAYS) {
  const outcomes: T[] = [];
  for (const way of ways) outcomes.push(await work(await reached(lab, way), way));
  return outcomes;
}

/** Sends these bytes in one write; gives all that comes until the connection ends, or until that is there. */
function said(host: string, bytes: string, { until, ends = true }: { until?: string; ends?: boolean } = {}) {
  return new Promise<string>((done) => {
    const socket: Socket = connect({ ...place(host), allowHalfOpen: true });
    let text = '';
    socket.on('data', (piece) => {
      text += piece.toString('latin1');
      if (until !== undefined && text.includes(until)) socket.destroy();
    });
    socket.on('error', () => undefined).on('end', () => socket.destroy());
    socket.on('close', () => done(text));
    socket.write(bytes);
    if (ends) socket.end();
  });
}

describe('docker-modem and dockerode', () => {
  test('attach, its options as a body in one write with the head, then stdin', async ({ lab }) => {
    const outcomes = await byEach(lab, async (host, way) => {
      const name = lab.name(way);
      lab.cleanUp(() => lab.docker('rm', '-f', name));
      const docker = new Docker(
        host.startsWith('unix:') ? { socketPath: host.slice('unix://'.length) } : { ...place(host), protocol: 'http' },
      );
      const container = await docker.createContainer({
        name,
        Image: 'busybox',
        Cmd: ['sh', '-c', 'cat; echo err >&2; exit 5'],
        OpenStdin: true,
        StdinOnce: true,
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
      });
      const stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
      // Apart: the engine copies each on its own, and which one comes first is nobody's to say.
      const [out, err] = [new PassThrough(), new PassThrough()];
      docker.modem.demuxStream(stream, out, err);
      const ended = new Promise<void>((done) => stream.on('end', () => (out.end(), err.end(), done())));
      const texts = Promise.all([textOf(out), textOf(err)]);
      await container.start();
      stream.write('typed\n');
      stream.end();
      await ended;
      return [...(await texts), (await container.wait()).StatusCode];
    });
    expect(outcomes).toEqual(WAYS.map(() => ['typed\n', 'err\n', 5]));
  });

  test('attach, with stdin in the same write as the head and its body', async ({ lab }) => {
    const outcomes = await byEach(lab, async (host) => {
      const id = await lab.docker('run', '-d', '-i', 'busybox', 'sh', '-c', 'cat; echo over');
      lab.cleanUp(() => lab.docker('rm', '-f', id));
      const body = '{"stream":true,"stdin":true,"stdout":true}';
      const head = [
        `POST /containers/${id}/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1`,
        'Host: docker',
        'Content-Type: application/json',
        'Connection: Upgrade',
        'Upgrade: tcp',
        `Content-Length: ${body.length}`,
      ].join('\r\n');
      await said(host, `${head}\r\n\r\n${body}early\n`, { ends: false, until: '101' });
      await lab.docker('stop', '-t', '0', id);
      return lab.docker('logs', id);
    });
    // The engine throws away what it has read with the head; a gate sends stdin on when the engine has said that it takes it.
    expect(outcomes).toEqual(['', '', 'early', 'early']);
  });
});

test('half a request ends, whoever sends it, and what comes after it is answered', async ({ lab }) => {
  const whole = 'GET /_ping HTTP/1.1\r\nHost: docker\r\n';
  const part =
    'POST /containers/create HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"Im';
  const outcomes = await byEach(lab, async (host) => {
    const halves = [await said(host, whole.slice(0, 9)), await said(host, whole), await said(host, part)];
    const next = await said(host, `${whole}Connection: close\r\n\r\n`, { ends: false });
    return [
      halves.map((half) => /^(?:HTTP\/1\.[01] (?:4|5)\d\d .*|$)/.test(half)),
      next.startsWith('HTTP/1.1 200 OK\r\n'),
    ];
  });
  expect(outcomes).toEqual(WAYS.map(() => [[true, true, true], true]));
});

test('BuildKit as buildx speaks to it: HTTP/2 on an upgraded /grpc, which the client ends: no failure', async ({
  lab,
}) => {
  const listed = (host: string) =>
    new Promise<unknown>((done, fail) => {
      const socket = connect(place(host));
      socket.on('error', fail);
      socket.write('POST /grpc HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
      let head = '';
      const upgrade = (piece: Buffer) => {
        head += piece.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        socket.off('data', upgrade).pause();
        expect(head).toMatch(/^HTTP\/1\.1 101 /);
        const more = Buffer.from(head.slice(end + 4), 'latin1');
        if (more.length > 0) socket.unshift(more);
        const session = connectHttp2('http://docker', { createConnection: () => socket });
        session.on('error', fail);
        const path = '/moby.buildkit.v1.Control/ListWorkers';
        const headers = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' };
        const call = session.request(headers);
        let bytes = 0;
        call.on('data', (data: Buffer) => (bytes += data.length));
        call.on('trailers', (trailers) => {
          done([trailers['grpc-status'], bytes > 0]);
          // As grpc-go does, whose pings measure the line: at once, whatever the other end still says.
          session.ping(() => undefined);
          setImmediate(() => socket.destroy());
        });
        call.on('error', fail).end(Buffer.alloc(5));
      };
      socket.on('data', upgrade);
    });
  expect(await byEach(lab, listed, ['direct', 'snoop'])).toEqual([
    ['0', true],
    ['0', true],
  ]);
  const recording = join(lab.folder, 'r.ndjson');
  const path = join(lab.folder, 'record.sock');
  const running = execa(process.execPath, [DBG, 'api', 'record', '-q', '--listen', `unix:${path}`, recording], {
    reject: false,
    stdin: 'ignore',
  });
  let told = '';
  running.stderr.on('data', (piece) => (told += piece));
  await expect.poll(() => told).toContain('in another terminal');
  for (let times = 0; times < 5; times++) await listed(`unix://${path}`);
  running.kill('SIGINT');
  await running;
  const shown = await dbg(['api', 'show', '--json', recording]);
  const calls = String(shown.stdout)
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(calls).toMatchObject(Array.from({ length: 5 }, () => ({ operation: 'Grpc', protocol: 'h2c', failure: null })));
});

/** What docker-py is used for, as a program; its output says what came of it. */
const DOCKER_PY = `
import docker, sys
client = docker.from_env()
print(client.ping())
print(client.containers.run("busybox", ["sh", "-c", "echo $A $B"], environment={"A": "1", "B": "2"}, remove=True))
box = client.containers.run("busybox", "sleep 60", detach=True, name=sys.argv[1])
try:
    code, (out, err) = box.exec_run(["sh", "-c", "echo out; echo err >&2; exit 3"], demux=True)
    print(code, out, err)
    sock = client.api.exec_start(client.api.exec_create(box.id, "cat", stdin=True)["Id"], socket=True)
    raw = getattr(sock, "_sock", sock)
    raw.sendall(b"typed")
    raw.shutdown(1)
    frame = b""
    while len(frame) < 13:
        piece = raw.recv(100)
        if not piece:
            break
        frame += piece
    print(frame[8:])
    print([each.name for each in client.containers.list(filters={"name": sys.argv[1]})])
    print(sum(len(piece) for piece in box.get_archive("/etc/passwd")[0]) > 512)
    try:
        client.containers.get("no-such-container")
    except docker.errors.NotFound as error:
        print(error.explanation)
finally:
    box.remove(force=True)
`;

test('docker-py: run, exec with both streams, a socket, lists, files, errors', async ({ lab, skip }) => {
  const program = join(lab.folder, 'program.py');
  writeFileSync(program, DOCKER_PY);
  const has = await execa('python3', ['-c', 'import docker'], { reject: false });
  skip(has.failed, `there is no docker-py here: ${has.stderr.split('\n').at(-1)}`);
  const name = lab.name('py');
  const outcomes = await byEach(lab, async (host) => {
    const { stdout, stderr } = await execa('python3', [program, name], { reject: false, env: { DOCKER_HOST: host } });
    return [stdout, stderr];
  });
  expect(outcomes[0]).toEqual([
    `True\nb'1 2\\n'\n3 b'out\\n' b'err\\n'\nb'typed'\n['${name}']\nTrue\nNo such container: no-such-container`,
    '',
  ]);
  expect(outcomes).toEqual(WAYS.map(() => outcomes[0]));
});

test('docker compose: up with two variables, through each, and from a recording in another order', async ({
  lab,
  skip,
}) => {
  const hasPlugin = (await execa('docker', ['compose', 'version'], { reject: false })).exitCode === 0;
  const compose = hasPlugin ? ['docker', 'compose'] : findProgram('docker-compose') ? ['docker-compose'] : undefined;
  skip(compose === undefined, 'there is no docker compose here, as a plugin or as docker-compose');
  const file = join(lab.folder, 'compose.yaml');
  const write = (...variables: readonly string[]) => {
    const environment = Object.fromEntries(variables.map((each) => [each, '1']));
    const services = { web: { image: 'busybox', command: 'sleep 60', environment } };
    writeFileSync(file, JSON.stringify({ version: '3', services }));
  };
  const project = lab.name('two').toLowerCase();
  const words = [...compose!, '-p', project, '-f', file];
  const up = [...words, 'up', '-d'];
  const down = () => execa(words[0]!, [...words.slice(1), 'down', '-t', '0'], { reject: false });
  write('AA', 'BB');
  lab.cleanUp(down);
  const outcomes = await byEach(lab, async (host) => {
    const { exitCode } = await execa(up[0]!, up.slice(1), { reject: false, env: { DOCKER_HOST: host } });
    const id = await lab.docker('ps', '-q', '--filter', `label=com.docker.compose.project=${project}`);
    const variables = await lab.docker('exec', id, 'sh', '-c', 'echo $AA$BB');
    await down();
    return [exitCode, variables];
  });
  expect(outcomes).toEqual(WAYS.map(() => [0, '11']));

  const recording = join(lab.folder, 'up.ndjson');
  const recorded = await dbg(['api', 'record', '-q', recording, '--', ...up]);
  write('BB', 'AA');
  const played = await dbg(['api', 'replay', '--speed', 'max', recording, '--', ...up], {
    env: { DOCKER_HOST: 'unix:///nowhere/at/all' },
  });
  expect([recorded.exitCode, played.exitCode]).toEqual([0, 0]);
  expect(played.stderr).not.toContain('not in the recording');
});
