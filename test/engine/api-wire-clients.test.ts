import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import Docker from 'dockerode';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { findProgram } from '../own-engine/programs.ts';
import { test } from './support/lab.ts';
import { relay, sumOf, type Relay } from './support/wire.ts';

// Other clients than docker's own do the same direct and through dbg.
let through: Relay;
const web = 'api-wire-clients-web';
beforeAll(async () => {
  through = await relay();
  await execa('docker', ['run', '-d', '--init=false', '--name', web, 'busybox', 'sleep', '3600']);
});
afterAll(async () => {
  await through.end();
  await execa('docker', ['rm', '-f', web]);
});

const BYTES = randomBytes(300_000);
const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** All that comes on a stream of frames, stdout and stderr told apart. */
async function demuxed(docker: Docker, stream: NodeJS.ReadableStream): Promise<[string, string]> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  docker.modem.demuxStream(stream, out, err);
  stream.on('end', () => [out, err].forEach((each) => each.end()));
  const [first, second] = await Promise.all([sumOf(out), sumOf(err)]);
  return [`${first.bytes} ${first.sha256}`, `${second.bytes} ${second.sha256}`];
}

async function execed(docker: Docker, script: string, hijack: boolean, input?: Buffer) {
  const exec = await docker.getContainer(web).exec({
    Cmd: ['sh', '-c', script],
    AttachStdout: true,
    AttachStderr: true,
    AttachStdin: input !== undefined,
  });
  const stream = await exec.start({ hijack, stdin: input !== undefined });
  const said = demuxed(docker, stream);
  if (input !== undefined) stream.end(input);
  return [await said, (await exec.inspect()).ExitCode];
}

describe('dockerode', () => {
  test.for<[what: string, work: (docker: Docker) => Promise<unknown>]>([
    [
      'lists, inspects, pings',
      async (docker) => [
        await docker
          .listContainers({ filters: { name: [web] } })
          .then((all) => all.map(({ Id, Names }) => [Id, Names])),
        (await docker.getContainer(web).inspect()).Config,
        String(await docker.ping()),
        (await docker.version()).ApiVersion,
      ],
    ],
    [
      'an error',
      (docker) =>
        docker
          .getContainer('no-such-container')
          .inspect()
          .catch((error: Error) => error.message),
    ],
    ['exec, hijacked, with stdin', (docker) => execed(docker, 'cat; echo end >&2; exit 3', true, BYTES)],
    ['exec, hijacked, without stdin', (docker) => execed(docker, 'echo a; sleep 1; echo b >&2; exit 4', true)],
    ['exec without an upgrade', (docker) => execed(docker, 'sleep 1; cat /bin/busybox; exit 5', false)],
    [
      'attach, with stdin',
      async (docker) => {
        const container = await docker.createContainer({
          Image: 'busybox',
          Cmd: ['sh', '-c', 'cat; sleep 0.5; echo end >&2; exit 6'],
          OpenStdin: true,
          StdinOnce: true,
        });
        const stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
        const said = demuxed(docker, stream);
        // It hangs where an answer's head is held back until there is a body.
        const waited = container.wait({ condition: 'next-exit' });
        await container.start();
        stream.end(BYTES);
        const outcome = [await said, (await waited).StatusCode];
        await container.remove();
        return outcome;
      },
    ],
    [
      'logs, followed',
      async (docker) => {
        const container = await docker.createContainer({
          Image: 'busybox',
          Cmd: ['sh', '-c', 'for i in 1 2 3; do echo $i; sleep 0.3; done'],
        });
        await container.start();
        const stream = await container.logs({ follow: true, stdout: true, stderr: true });
        const said = await demuxed(docker, stream);
        await container.remove();
        return said;
      },
    ],
    [
      'archives, both ways',
      async (docker) => {
        const tar = await sumOf(await docker.getContainer(web).getArchive({ path: '/bin/busybox' }));
        const packed = (await execa('tar', ['-c', '-C', '/etc', 'hostname'], { encoding: 'buffer' })).stdout;
        await docker.getContainer(web).putArchive(Buffer.from(packed), { path: '/tmp' });
        return tar;
      },
    ],
    ['an image, saved', async (docker) => sumOf(await docker.getImage('busybox').get())],
    [
      'a terminal, resized',
      async (docker) => {
        const exec = await docker
          .getContainer(web)
          .exec({ Cmd: ['sh', '-c', 'sleep 1; stty size'], AttachStdout: true, AttachStdin: true, Tty: true });
        const stream = await exec.start({ hijack: true, stdin: true, Tty: true });
        const said = sumOf(stream);
        await exec.resize({ h: 33, w: 99 });
        expect(await said).toEqual({ bytes: 7, sha256: sum(Buffer.from('33 99\r\n')) });
      },
    ],
  ])('%s', async ([, work]) => {
    const [first, second] = await Promise.all(
      ['/var/run/docker.sock', through.path].map((socketPath) => work(new Docker({ socketPath }))),
    );
    expect(second).toEqual(first);
  });

  test('events, while they happen', async ({ lab }) => {
    const ways = ['/var/run/docker.sock', through.path].map((socketPath) => new Docker({ socketPath }));
    const streams = await Promise.all(ways.map((docker) => docker.getEvents({ filters: { container: [lab.name()] } })));
    const texts = ['', ''];
    streams.forEach((stream, at) => stream.on('data', (piece) => (texts[at] += String(piece))));
    await lab.run();
    await expect.poll(() => texts.map((text) => text.match(/"status":"start"/g)?.length)).toEqual([1, 1]);
    expect(texts[1]).toBe(texts[0]);
    streams.forEach((stream) => (stream as PassThrough).destroy());
  });
});

test('docker compose: up, exec, logs, down', async ({ lab, skip }) => {
  const plugin = (await execa('docker', ['compose', 'version'], { reject: false })).exitCode === 0;
  const standalone = findProgram('docker-compose');
  const compose = plugin ? ['docker', 'compose'] : standalone !== undefined ? [standalone] : undefined;
  skip(compose === undefined, 'there is no docker compose here');
  const folder = join(lab.folder, 'composed');
  mkdirSync(folder);
  // Its own network is a bridge more, and takes seconds.
  writeFileSync(
    join(folder, 'docker-compose.yml'),
    `version: "3"
services:
  one:
    image: busybox
    init: false
    network_mode: none
    stop_grace_period: 0s
    command: sh -c "echo from one; exec sleep 3600"
`,
  );
  const outcomes = [];
  for (const [at, env] of [{}, through.env].entries()) {
    const run = async (args: readonly string[], input = '') => {
      const [program = '', ...before] = compose!;
      const { stdout, exitCode } = await execa(program, [...before, '-p', `api-wire-${at}`, ...args], {
        cwd: folder,
        env,
        reject: false,
        input,
      });
      return [stdout.replaceAll(`api-wire-${at}`, 'P'), exitCode];
    };
    outcomes.push([
      await run(['up', '-d']),
      await run(['ps', '-q']).then(([ids = '', code]) => [String(ids).length, code]),
      await run(['exec', '-T', 'one', 'sh', '-c', 'echo hi; exit 7']),
      await run(['exec', '-T', 'one', 'sh', '-c', 'cat; exit 8'], 'typed'),
      await run(['logs', '--no-color']),
      await run(['down']),
    ]);
  }
  expect(outcomes[1]).toEqual(outcomes[0]);
  expect(outcomes[1]!.map(([, code]) => code)).toEqual([0, 0, 7, 8, 0, 0]);
  expect(outcomes[1]![2]).toEqual(['hi', 7]);
});
