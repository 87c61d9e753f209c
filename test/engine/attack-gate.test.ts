import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import Docker from 'dockerode';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { DBG, says, sleep } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { requestText, sharing } from './support/share.ts';
import { sockets } from './support/wire.ts';

// A client that says half of what it said it would, or all of it at once.

interface Gate {
  readonly pid: number;
  dial(): Socket;
  /** what dockerode is to be told */
  readonly at: Docker.DockerOptions;
}

const WAYS: Record<string, (lab: Lab) => Promise<Gate>> = {
  hijack: async (lab) => {
    const [rules, path] = [join(lab.folder, 'rules.yaml'), join(lab.folder, 'docker.sock')];
    writeFileSync(rules, '- match: { path: /containers/create, body: { Image: none } }\n  fail: {}\n');
    const running = execa(process.execPath, [DBG, 'api', 'hijack', '--listen', `unix:${path}`, rules], {
      reject: false,
    });
    lab.cleanUp(async () => {
      running.kill('SIGINT');
      expect((await running).exitCode).toBe(0);
    });
    await says(running, 'in another terminal');
    return { pid: running.pid!, dial: () => connect({ path, allowHalfOpen: true }), at: { socketPath: path } };
  },
  share: (lab) => throughShare(lab, []),
  'share with rules': (lab) => throughShare(lab, ['--allow', '* /**']),
};

async function throughShare(lab: Lab, args: readonly string[]): Promise<Gate> {
  const { running, url } = await sharing(lab, args);
  const { hostname: host, port } = new URL(url);
  return {
    pid: running.pid!,
    dial: () => connect({ host, port: Number(port), allowHalfOpen: true }),
    at: { protocol: 'http', host, port },
  };
}

const HEAD = 'POST /v1.41/containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n';
const WITHIN: readonly [what: string, text: string][] = [
  ['its first line', 'POST /v1.41/cont'],
  ['a header', HEAD],
  ['a body of a length', `${HEAD}Content-Length: 1000\r\n\r\n{"Image":`],
  ['a body of chunks', `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n{"Ima`],
  ['a body that is not looked at', 'POST /v1.41/build HTTP/1.1\r\nHost: d\r\nContent-Length: 1000\r\n\r\nabc'],
  ['a body that nobody asked for', 'GET /info HTTP/1.1\r\nHost: d\r\nContent-Length: 1000\r\n\r\nabc'],
  ['a request for a stream', 'POST /exec/a/start HTTP/1.1\r\nUpgrade: tcp\r\nContent-Length: 1000\r\n\r\n{'],
  ['its second request', 'GET /_ping HTTP/1.1\r\nHost: d\r\n\r\nGET /in'],
  ['its expectation', `${HEAD}Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n`],
];

/** How many sockets a process has when nobody is connected: those that stay. */
async function quietSockets(pid: number): Promise<number> {
  let [before, now] = [-1, sockets(pid)];
  while (before !== now) {
    await sleep(200);
    [before, now] = [now, sockets(pid)];
  }
  return now;
}

const over = (socket: Socket) =>
  new Promise<string>((done) => {
    let text = '';
    socket.on('data', (piece) => (text += String(piece)));
    socket.on('error', () => undefined).on('end', () => socket.end());
    socket.on('close', () => done(text));
  });

describe.each(Object.entries(WAYS))('%s: a client that ends within', (_, make) => {
  test('each part of a request leaves no connection', async ({ lab }) => {
    const gate = await make(lab);
    const quiet = await quietSockets(gate.pid);
    for (const [what, text] of WITHIN) {
      for (const ending of ['end', 'resetAndDestroy', 'destroy'] as const) {
        // A reset is one of TCP's.
        if (ending === 'resetAndDestroy' && 'socketPath' in gate.at) continue;
        const socket = gate.dial();
        const isOver = over(socket);
        await new Promise((done) => socket.write(text, done));
        await sleep(50);
        socket[ending]();
        await isOver;
        await expect.poll(() => sockets(gate.pid), { message: `${what}, ${ending}` }).toBeLessThanOrEqual(quiet);
      }
    }
  });
});

describe('a client that takes its time', () => {
  test('with a head, or with beginning one, is not waited for without end', async ({ lab }) => {
    for (const args of [[], ['--user', 'ann']]) {
      const share = await sharing({ ...lab, folder: lab.folder }, [...args, '--audit', join(lab.folder, `${args[0]}`)]);
      const dial = () => connect({ host: '127.0.0.1', port: Number(new URL(share.url).port) });
      const quiet = await quietSockets(share.running.pid!);
      const began = Date.now();
      const [slow, silent] = [dial(), dial()];
      const drip = setInterval(() => slow.writable && slow.write('x'), 100);
      slow.write('GET /');
      await Promise.all([over(slow), over(silent)]);
      clearInterval(drip);
      expect(Date.now() - began).toBeLessThan(20_000);
      await expect.poll(() => sockets(share.running.pid!)).toBeLessThanOrEqual(quiet);
    }
  });

  test('with the body behind a wrong password is answered before, and closed', async ({ lab }) => {
    const share = await sharing(lab, ['--user', 'ann']);
    const quiet = await quietSockets(share.running.pid!);
    for (const credentials of ['', 'Authorization: Basic eDp5\r\n']) {
      const socket = connect({ host: '127.0.0.1', port: Number(new URL(share.url).port) });
      const drip = setInterval(() => socket.writable && socket.write('x'), 100);
      socket.write(`${HEAD}${credentials}Content-Length: 1000000\r\n\r\n{`);
      expect(await over(socket)).toContain('HTTP/1.1 401 Unauthorized');
      clearInterval(drip);
    }
    await expect.poll(() => sockets(share.running.pid!)).toBeLessThanOrEqual(quiet);
  });

  test('many of them keep no one else out', async ({ lab }) => {
    const share = await sharing(lab, ['--read-only', '--user', 'ann']);
    const port = Number(new URL(share.url).port);
    const authorization = /Basic [\w+/=]+/.exec(share.said())![0];
    const many = Array.from({ length: 1000 }, () => connect({ host: '127.0.0.1', port }));
    for (const socket of many) socket.on('error', () => undefined).write('GET /');
    const socket = connect({ host: '127.0.0.1', port });
    const isOver = over(socket);
    const headers = [`Authorization: ${authorization}`, 'Connection: close'];
    socket.write(requestText({ method: 'GET', path: '/info', headers }));
    expect(await isOver).toContain('200 OK');
    expect(sockets(share.running.pid!)).toBeLessThan(400);
    for (const each of many) each.destroy();
  });
});

describe.each(Object.entries(WAYS))('%s: what came in one piece', (_, make) => {
  test('goes on in one: dockerode’s attach types nothing of its own', async ({ lab }) => {
    const gate = await make(lab);
    const docker = new Docker(gate.at);
    for (let run = 0; run < 12; run++) {
      const container = await docker.createContainer({
        Image: 'busybox',
        Cmd: ['cat'],
        OpenStdin: true,
        StdinOnce: true,
      });
      try {
        const stream = await container.attach({ stream: true, stdin: true, stdout: true, hijack: true });
        const said = new PassThrough();
        docker.modem.demuxStream(stream, said, said);
        let text = '';
        said.on('data', (piece) => (text += String(piece)));
        const ended = new Promise((done) => stream.on('end', done));
        await container.start();
        stream.end('typed\n');
        await ended;
        expect(text, `run ${run}`).toBe('typed\n');
      } finally {
        await container.remove({ force: true });
      }
    }
  });
});
