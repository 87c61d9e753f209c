import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { dbg, DBG, dbgOnTerminal, firstLine, processes, says, PATIENT } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

/** A snoop that listens, and what it has said; it ends with the test. */
async function listening(lab: Lab, args: readonly string[] = []) {
  const path = join(lab.folder, 'docker.sock');
  const running = execa(process.execPath, [DBG, 'api', 'snoop', '--listen', `unix:${path}`, ...args], {
    ...PATIENT,
    stdin: 'ignore',
    env: { DOCKER_CONFIG: join(lab.folder, 'config') },
  });
  lab.cleanUp(async () => {
    running.kill('SIGTERM');
    await running;
  });
  const text = { out: '', err: '' };
  running.stdout.on('data', (piece) => (text.out += piece));
  running.stderr.on('data', (piece) => (text.err += piece));
  await expect.poll(() => text.err).toContain('in another terminal');
  const docker = (...docked: readonly string[]) =>
    execa('docker', docked, { reject: false, stdin: 'ignore', env: { DOCKER_HOST: `unix://${path}` } });
  return { running, text, path, docker };
}

const statusOf = (socketPath: string, target: string) =>
  new Promise((done, fail) => {
    get({ socketPath, path: target }, (answer) => answer.resume().on('end', () => done(answer.statusCode))).on(
      'error',
      fail,
    );
  });

/** What a session makes for itself, it makes here. */
const apart = (lab: Lab) => ({ XDG_RUNTIME_DIR: lab.folder });
const nothingIsLeft = async (lab: Lab) => {
  const folders = () => readdirSync(lab.folder).filter((name) => name.startsWith('dbg-api-'));
  await expect.poll(folders).toEqual([]);
  const sweepers = () => processes().filter(({ command }) => command.includes(`dbg-sweep ${lab.folder}`));
  await expect.poll(sweepers).toEqual([]);
};

test('a socket that somebody listens on: the hint finds who', async ({ lab }) => {
  const { running, path } = await listening(lab);
  const bound = join(lab.folder, 'b o und');
  const server = createServer();
  await new Promise<void>((done) => void server.listen(bound, done));
  lab.cleanUp(async () => void (await new Promise((done) => server.close(done))));
  for (const [socket, pid] of [
    [path, running.pid],
    [bound, process.pid],
  ] as const) {
    const { stderr, exitCode } = await dbg(['api', 'snoop', '--listen', `unix:${socket}`]);
    expect([exitCode, stderr]).toEqual([125, expect.stringContaining(`somebody listens on ${socket} already`)]);
    const hint = /who it is: +(.*)/.exec(String(stderr))![1]!;
    expect((await execa('sh', ['-c', hint])).stdout).toContain(`pid=${pid},`);
  }
});

describe('of a command', () => {
  test('its own output, exit code, and a line for each call', async ({ lab }) => {
    const web = await lab.run('web');
    const { stdout, stderr, exitCode } = await dbg(
      ['api', 'snoop', '--', 'docker', 'exec', web, 'sh', '-c', 'echo hi; exit 7'],
      { env: apart(lab) },
    );
    expect([stdout, exitCode]).toEqual(['hi', 7]);
    const lines = String(stderr)
      .split('\n')
      .map((line) => line.trim().split(/ +/));
    expect(lines.map(([, , , operation, container, status]) => [operation, container, status])).toEqual([
      ['SystemPing', '-', '200'],
      ['ContainerInspect', web, '200'],
      ['ContainerExec', web, '201'],
      ['ExecStart', web, '101'],
      ['ExecInspect', web, '200'],
    ]);
    expect(lines[4]![2]).toMatch(/^docker\[\d+\]$/);
    await nothingIsLeft(lab);
  });

  test('only what --filter says, and without secrets unless --reveal says so', async ({ lab }) => {
    const [web, secret] = [await lab.run('web'), 'hunter2-of-the-database'];
    const exec = ['--', 'docker', 'exec', '-e', `DB_PASSWORD=${secret}`, web, 'true'];
    const said = async (...options: readonly string[]) =>
      String((await dbg(['api', 'snoop', '-v', ...options, ...exec])).stderr);
    const filtered = await said('--filter', 'op=ContainerExec');
    expect(filtered).toContain('"DB_PASSWORD=[redacted]"');
    expect(filtered).not.toContain('SystemPing');
    expect(filtered).not.toContain(secret);
    expect(await said('--reveal')).toContain(secret);
    const { exitCode, stderr } = await dbg(['api', 'snoop', '--filter', 'stat=1', '--', 'true']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('at column 1')]);
  });

  test('killed by a signal; by dbg’s own signal; a program that is not there', async ({ lab }) => {
    expect((await dbg(['api', 'snoop', '--', 'sh', '-c', 'kill -9 $$'], { env: apart(lab) })).exitCode).toBe(137);
    const running = execa(process.execPath, [DBG, 'api', 'snoop', '--', 'sh', '-c', 'echo up; exec sleep 60'], {
      ...PATIENT,
      env: apart(lab),
    });
    await once(running.stdout, 'data');
    running.kill('SIGTERM');
    expect((await running).exitCode).toBe(143);
    expect((await dbg(['api', 'snoop', '--', 'no-such-program'], { env: apart(lab) })).exitCode).toBe(127);
    await nothingIsLeft(lab);
  });

  test('dbg killed with -9: the socket and its folder go', async ({ lab }) => {
    // In the instant in which a tool is started, nobody guards it yet: it is let come to rest.
    const command = ['sh', '-c', 'sleep 0.5; echo $DOCKER_HOST; exec sleep 60'];
    const running = execa(process.execPath, [DBG, 'api', 'snoop', '--', ...command], {
      reject: false,
      env: apart(lab),
    });
    const path = (await firstLine(running)).replace('unix://', '');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    running.kill('SIGKILL');
    await running;
    await expect.poll(() => existsSync(path)).toBe(false);
    await nothingIsLeft(lab);
  });

  test('nothing leads docker elsewhere', async () => {
    const env = { DOCKER_CONTEXT: 'default', DOCKER_TLS_VERIFY: '', DOCKER_CERT_PATH: '/nowhere' };
    const { stdout } = await dbg(['api', 'snoop', '--', 'env'], { env });
    const variables = String(stdout)
      .split('\n')
      .filter((line) => line.startsWith('DOCKER_') && !line.startsWith('DOCKER_CONFIG'));
    expect(variables).toEqual([expect.stringMatching(/^DOCKER_HOST=unix:\/\/\/.*\/docker\.sock$/)]);
  });

  test('a container that was never named is shown by its name, with colour on a terminal', async ({ lab }) => {
    const web = await lab.run('web');
    const id = await lab.docker('inspect', '-f', '{{.Id}}', web);
    const terminal = dbgOnTerminal(['api', 'snoop', '--', 'docker', 'pause', id], { COLUMNS: '300' });
    lab.cleanUp(() => lab.docker('unpause', web));
    await terminal.sees(`ContainerPause    ${web}`);
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).toContain('\u001b[32m204');
    expect(stripVTControlCharacters(terminal.screen())).toContain('204');
  });
});

test('12 digits of an id are shown by the name too: inspect, stats, rename, exec', async ({ lab }) => {
  const web = await lab.run('web');
  const id = (await lab.docker('inspect', '-f', '{{.Id}}', web)).slice(0, 12);
  const { text, docker } = await listening(lab);
  for (const line of [`inspect ${id}`, `stats --no-stream ${web}`, `stats --no-stream ${id}`, `exec ${id} true`]) {
    expect((await docker(...line.split(' '))).exitCode).toBe(0);
  }
  const renamed = lab.name('renamed');
  await docker('rename', id, renamed);
  await docker('pause', id);
  await docker('unpause', id);
  await expect.poll(() => text.out).toMatch(new RegExp(`ContainerPause +${renamed} +204`));
  const shown = (operation: string) =>
    [...text.out.matchAll(new RegExp(`${operation} +(\\S+)`, 'g'))].map((match) => match[1]);
  expect(new Set([...shown('ContainerInspect'), ...shown('ContainerStats'), ...shown('ExecStart')])).toEqual(
    new Set([web]),
  );
  expect(shown('ContainerStats')).toHaveLength(2);
});

describe('who is led to it', () => {
  test('streams while they are open; stdout and stderr told apart; ends with Ctrl-C, 0', async ({ lab }) => {
    const web = await lab.run('web', { command: ['sh', '-c', 'echo out; echo err >&2; sleep 3600'] });
    const { running, text, path, docker } = await listening(lab, ['-v']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const logs = docker('logs', '-f', web);
    await expect.poll(() => text.out).toMatch(/#\d+ stdout \| out\n/);
    await expect.poll(() => text.out).toMatch(/#\d+ stderr \| err\n/);
    await expect.poll(() => text.out).toMatch(new RegExp(`ContainerLogs +${web} +open`));
    running.kill('SIGINT');
    expect([(await running).exitCode, existsSync(path)]).toEqual([0, false]);
    await logs;
  });

  test('NDJSON; a client that sends escape sequences drives no terminal', async ({ lab }) => {
    const { running, text, docker, path } = await listening(lab, ['--json']);
    expect((await docker('logs', 'nope')).exitCode).toBe(1);
    const evil = 'GET /containers/a%1b]0;x\u0007/json HTTP/1.1\r\nHost: d\u001b[2J\r\nConnection: close\r\n\r\n';
    await execa('node', [
      '-e',
      `require('net').connect(${JSON.stringify(path)}).end(${JSON.stringify(evil)}).resume()`,
    ]);
    running.kill('SIGTERM');
    expect((await running).exitCode).toBe(143);
    const calls = text.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(calls.map(({ operation, container, status }) => [operation, container, status])).toEqual([
      ['SystemPing', null, 200],
      ['ContainerInspect', 'nope', 404],
      expect.anything(),
    ]);
    expect(text.out).not.toContain('\u001b');
  });

  test('a docker context that is made and removed', async ({ lab }) => {
    const name = lab.name('ctx').slice(0, 40);
    const { running, text } = await listening(lab, ['--context', name]);
    const env = { DOCKER_CONFIG: join(lab.folder, 'config'), DOCKER_HOST: '' };
    expect(text.err).toContain(`docker --context ${name}`);
    const { exitCode } = await execa('docker', ['--context', name, 'ps'], { env, reject: false });
    expect(exitCode).toBe(0);
    await expect.poll(() => text.out).toContain('ContainerList');
    const second = await dbg(['api', 'snoop', '--context', name, '--', 'true'], { env });
    expect([second.exitCode, second.stderr]).toEqual([125, expect.stringContaining('already exists')]);
    await execa('docker', ['context', 'use', name], { env });
    running.kill('SIGKILL');
    await running;
    const contexts = async () => (await execa('docker', ['context', 'ls', '-q'], { env })).stdout.split('\n');
    await expect.poll(contexts).not.toContain(name);
    expect((await execa('docker', ['context', 'show'], { env })).stdout).toBe('default');
    await nothingIsLeft(lab);
  });

  test('a pager that does not read holds up nothing', async ({ lab }) => {
    const path = join(lab.folder, 'docker.sock');
    // What dbg prints is not read: so much of it fills a pipe.
    const running = execa(process.execPath, [DBG, 'api', 'snoop', '-v', '--listen', `unix:${path}`], {
      reject: false,
      stdin: 'ignore',
      buffer: false,
    });
    await expect.poll(() => existsSync(path)).toBe(true);
    const env = { DOCKER_HOST: `unix://${path}` };
    for (let time = 0; time < 5; time++) {
      const { exitCode } = await execa('docker', ['info'], { env, reject: false, timeout: 10_000 });
      expect(exitCode).toBe(0);
    }
    for (let time = 0; time < 200; time++) expect(await statusOf(path, '/info')).toBe(200);
    running.kill('SIGKILL');
    running.stdout.destroy();
    await running;
    await expect.poll(() => existsSync(path)).toBe(false);
  });
});

describe('the thread that reads', () => {
  test.for([
    ['fails', 'throw new Error("it is broken")', 'it is broken'],
    ['hangs', 'for (;;);', 'dbg reads them too slowly'],
  ] as const)('%s: that is said, and the traffic goes on', async ([, code, why], { lab }) => {
    const folder = join(lab.folder, 'dbg');
    for (const part of ['bin', 'dist', 'package.json']) cpSync(part, join(folder, part), { recursive: true });
    writeFileSync(join(folder, 'dist/reader-thread.js'), code);
    const path = join(lab.folder, 'docker.sock');
    const argv = [join(folder, DBG), 'api', 'snoop', '--listen', `unix:${path}`];
    const running = execa(process.execPath, argv, { reject: false, stdin: 'ignore' });
    await says(running, 'in another terminal');
    // More than may wait to be read.
    const save = (env: NodeJS.ProcessEnv) =>
      execa('docker', ['save', 'busybox'], { env, encoding: 'buffer', stdin: 'ignore' });
    const through = await save({ DOCKER_HOST: `unix://${path}` });
    expect(Buffer.compare(through.stdout, (await save({})).stdout)).toBe(0);
    running.kill('SIGINT');
    const { exitCode, stderr } = await running;
    expect([exitCode, stderr]).toEqual([
      EXIT.failed,
      expect.stringContaining(`does not see the calls any more, though they go on: ${why}`),
    ]);
  });
});

describe('is refused', () => {
  test.for([
    ['another address than loopback', ['--listen', 'tcp:0.0.0.0:2375'], 2, 'dbg api share'],
    ['no place', ['--listen', 'here'], 2, 'unix:PATH'],
    ['a file that is there', ['--listen', `unix:${DBG}`], 125, 'is no socket'],
    ['a path that is too long', ['--listen', `unix:/tmp/${'x'.repeat(110)}`], 2, '107 bytes'],
    ['a folder that is not there', ['--listen', 'unix:/nowhere/at/all'], 125, 'cannot listen'],
    ['the engine’s own socket', ['--listen', 'unix:/run/docker.sock'], 125, 'already'],
  ] as const)('%s', async ([, args, code, why]) => {
    const { exitCode, stderr } = await dbg(['api', 'snoop', ...args]);
    expect([exitCode, stderr]).toEqual([code, expect.stringContaining(why)]);
    expect(existsSync('/run/docker.sock')).toBe(true);
  });

  test('no engine', async () => {
    const { exitCode, stderr } = await dbg(['api', 'snoop', '--', 'true'], { env: { DOCKER_HOST: 'unix:///nowhere' } });
    expect([exitCode, stderr]).toEqual([125, expect.stringContaining('no engine answers')]);
  });

  test.for([
    ['that is not there', '/nowhere', 125, 'no socket can be created in /nowhere'],
    ['with too long a name', `/tmp/${'x'.repeat(90)}`, 2, '107 bytes'],
  ] as const)('a place for its own socket %s: nothing is left', async ([, place, code, why], { lab }) => {
    if (code === 2) {
      mkdirSync(place);
      lab.cleanUp(async () => rmSync(place, { recursive: true }));
    }
    const { exitCode, stderr } = await dbg(['api', 'snoop', '--', 'true'], { env: { XDG_RUNTIME_DIR: place } });
    expect([exitCode, stderr]).toEqual([code, expect.stringContaining(why)]);
    if (code === 2) expect(readdirSync(place)).toEqual([]);
  });

  test.for(['', 'run'])(
    'XDG_RUNTIME_DIR=%j, which is to be passed over: nothing is left here',
    async (own, { lab }) => {
      mkdirSync(join(lab.folder, 'run'));
      const env = { XDG_RUNTIME_DIR: own, TMPDIR: '.' };
      const { exitCode } = await execa(process.execPath, [resolve(DBG), 'api', 'snoop', '--', 'true'], {
        cwd: lab.folder,
        env,
      });
      expect([exitCode, readdirSync(lab.folder), readdirSync(join(lab.folder, 'run'))]).toEqual([0, ['run'], []]);
    },
  );

  test('a directory that was removed: told, and no file is made', async ({ lab }) => {
    const removed = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"';
    for (const verb of [['snoop'], ['record', join(lab.folder, 'r.ndjson')]]) {
      const argv = [process.execPath, resolve(DBG), 'api', ...verb, '--', 'true'];
      const { exitCode, stderr } = await execa('sh', ['-c', removed, 'sh', ...argv], {
        cwd: lab.folder,
        reject: false,
      });
      expect([exitCode, stderr]).toEqual([125, expect.stringContaining('the current directory has been removed')]);
    }
    expect(readdirSync(lab.folder)).toEqual([]);
  });

  test('few files may be opened: calls go on without their peers; too few: told, and nothing is left', async ({
    lab,
  }) => {
    const limited = (files: number, ...command: readonly string[]) =>
      execa(
        'sh',
        ['-c', `ulimit -n ${files}; exec "$@"`, 'sh', process.execPath, DBG, 'api', 'snoop', '--', ...command],
        {
          env: { XDG_RUNTIME_DIR: lab.folder },
          reject: false,
        },
      );
    const many = "seq 20 | xargs -P 3 -I N docker info -f '{{.ID}}'";
    const { exitCode, stdout, stderr } = await limited(48, 'sh', '-c', many);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('SystemInfo')]);
    expect(stdout).toMatch(/^[\w:-]+$/m);
    const few = await limited(24, 'true');
    expect([few.exitCode, few.stderr]).toEqual([125, expect.stringContaining('may open no more files')]);
    expect(readdirSync(lab.folder)).toEqual([]);
  });

  test('no place, and no engine: what was typed wrong is told', async () => {
    const { exitCode, stderr } = await dbg(['api', 'snoop', '--listen', 'here'], {
      env: { DOCKER_HOST: 'unix:///nowhere' },
    });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('"here" is no place to listen')]);
  });
});

test('a socket that a killed one left is replaced; tcp on loopback', async ({ lab }) => {
  const path = join(lab.folder, 'docker.sock');
  await execa(
    'node',
    ['-e', `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 9))`],
    { reject: false },
  );
  expect(existsSync(path)).toBe(true);
  const { docker } = await listening(lab);
  expect((await docker('ps', '-q')).exitCode).toBe(0);
  const tcp = execa(process.execPath, [DBG, 'api', 'snoop', '--listen', 'tcp:127.0.0.1:0'], { reject: false });
  const said = String((await once(tcp.stderr, 'data'))[0]);
  const host = /DOCKER_HOST=(\S+)/.exec(said)![1]!;
  let lines = '';
  tcp.stdout.on('data', (data) => (lines += String(data)));
  // Who it is can be told of a client that is still there when ss looks.
  const asked = execa('docker', ['events'], { env: { DOCKER_HOST: host }, reject: false });
  await expect.poll(() => lines).toContain('SystemEvents');
  asked.kill();
  await asked;
  tcp.kill('SIGINT');
  expect((await tcp).exitCode).toBe(0);
  expect((await tcp).stdout).toMatch(/docker\[\d+\] +SystemEvents/);
});
