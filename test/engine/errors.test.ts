import { type AddressInfo, createServer } from 'node:net';
import { chmodSync, cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve as absolute } from 'node:path';
import { describe, expect } from 'vitest';
import { execa } from 'execa';
import { dbg, DBG, sleep } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';

async function fails(
  args: readonly string[],
  exitCode: number,
  message: string | RegExp,
  env: Record<string, string> = {},
) {
  const result = await dbg(args, { env });
  expect(result.stdout).toBe('');
  expect(result.stderr).toMatch(message);
  expect(result.exitCode).toBe(exitCode);
  return result;
}

const ended = async (lab: Lab, command: readonly string[]) => {
  const container = await lab.run('c', { command });
  await lab.docker('wait', container);
  return container;
};

test("a file of --env-file is dbg's or the tool's, and never Node's own", async ({ lab }) => {
  const container = await lab.run();
  const [file, evil, trace] = ['env', 'evil.cjs', 'trace'].map((name) => join(lab.folder, name));
  writeFileSync(file!, `A=of the file\nNODE_OPTIONS=--require=${evil}\n`);
  writeFileSync(evil!, `require('node:fs').writeFileSync('${trace}', '')`);
  // By its own path, as npm links it, and by a link to that link.
  mkdirSync(join(lab.folder, 'bin'));
  const [link, second] = [join(lab.folder, 'bin/dbg'), join(lab.folder, 'dbg')];
  symlinkSync(absolute(DBG), link);
  symlinkSync('bin/dbg', second);
  for (const path of [absolute(DBG), link, second]) {
    const started = (...args: readonly string[]) => execa(path, args, { reject: false, stdin: 'ignore' });
    for (const words of [[`--env-file=${file}`], ['--env-file', '/no/such'], ['--env-file-if-exists=/no/such']]) {
      const { stdout, stderr, exitCode } = await started('exec', container, 'echo', ...words);
      expect([stdout, stderr, exitCode]).toEqual([words.join(' '), '', 0]);
    }
    expect(await started('exec', '--env-file', file!, container, 'printenv', 'A')).toMatchObject({
      stdout: 'of the file',
      exitCode: 0,
    });
    const missing = await started('exec', '--env-file', '/no/such', container, 'true');
    expect([missing.exitCode, missing.stderr]).toEqual([
      2,
      expect.stringContaining('the file of --env-file cannot be read: /no/such'),
    ]);
  }
  expect(existsSync(trace!)).toBe(false);
});

test("a container in a verb's place", async ({ lab }) => {
  const web = await lab.run('web');
  const paused = await lab.run('paused');
  await lab.docker('pause', paused);
  const { stderr } = await fails(
    [web],
    2,
    `dbg: "${web}" is a container (running), and no verb; the verb comes first: `,
  );
  expect(stderr).toMatch(
    /: shell, exec, cat, tcpdump, strace, tcpflow, forward, veth, ns, ps, why, diff, bundle, env, top, stats, limits, watch, logs\n {5}say: {2}dbg shell /,
  );
  await fails([web, 'ps', '-x'], 2, `say:  dbg ps ${web} -x `);
  await fails([paused, '--help'], 2, `dbg: "${paused}" is a container (paused), and no verb`);
});

test.each([
  [['help'], 0, /^Usage: dbg VERB/, ''],
  [['help', 'veth'], 0, /^Usage: dbg veth/, ''],
  [['api', 'help', 'snoop'], 0, /^Usage: dbg api snoop/, ''],
  [['version'], 0, /^dbg \d+\.\d+\.\d+$/, ''],
  [['-v'], 0, /^dbg \d+\.\d+\.\d+$/, ''],
  [['-v', 'x'], 0, /^dbg \d+\.\d+\.\d+$/, ''],
  [['no-such-verb', '--help'], 2, /^$/, "dbg: unknown command 'no-such-verb'"],
])('help and version: dbg %j', async (args, exitCode, stdout, stderr) => {
  const result = await dbg(args);
  expect(result.stdout).toMatch(stdout);
  expect(result.stderr).toContain(stderr);
  expect(result.exitCode).toBe(exitCode);
});

describe('the container', () => {
  test('is not there', async () => {
    await fails(
      ['exec', 'no-such-container', 'true'],
      125,
      /^dbg: there is no container "no-such-container" \(.*\)\n {5}see all of them: {2}docker ps -a$/,
    );
  });

  test('is named by what begins several', async ({ lab }) => {
    const [one, two] = [await lab.run('one'), await lab.run('other')];
    const { stderr } = await fails(['exec', lab.name('o'), 'true'], 125, 'is the beginning of 2 containers');
    expect(stderr).toContain(one);
    expect(stderr).toContain(two);
  });

  test('has exited', async ({ lab }) => {
    const container = await ended(lab, ['sh', '-c', 'exit 3']);
    await fails(
      ['exec', container, 'true'],
      125,
      /^dbg: container ".*" is not running \(exited \d seconds? ago with code 3\)\n {5}start it: {2}docker start .* what it last said: {2}docker logs --tail 50/,
    );
  });

  test('was killed', async ({ lab }) => {
    const container = await lab.run();
    await lab.docker('kill', container);
    await fails(['exec', container, 'true'], 125, 'with code 137, ended by signal 9)');
  });

  test('was never started', async ({ lab }) => {
    await lab.docker('create', '--name', lab.name(), 'busybox');
    lab.cleanUp(() => lab.docker('rm', lab.name()));
    await fails(['exec', lab.name(), 'true'], 125, 'it was never started');
  });

  test('could not be started', async ({ lab }) => {
    await lab.docker('create', '--name', lab.name(), 'busybox', '/no/such/file');
    lab.cleanUp(() => lab.docker('rm', lab.name()));
    await lab.docker('start', lab.name()).catch(() => undefined);
    await fails(['exec', lab.name(), 'true'], 125, '/no/such/file');
  });

  test('is restarting', async ({ lab }) => {
    const container = await lab.run('c', { options: ['--restart', 'always'], command: ['false'] });
    for (;;) {
      // The pause before the next try doubles each time: wait until it is long enough to be caught in.
      const [status, count] = (
        await lab.docker('inspect', '-f', '{{.State.Status}} {{.RestartCount}}', container)
      ).split(' ');
      if (status === 'restarting' && Number(count) >= 5) break;
      await sleep(20);
    }
    await fails(
      ['exec', container, 'true'],
      125,
      /is restarting, and has no process just now \(exited \d seconds? ago with code 1\)/,
    );
  });

  test('has a name and an image that are made for the terminal', async ({ lab }) => {
    // Docker refuses such names, other engines may not: the answer of the real one, with other words in it.
    const container = await lab.run();
    const answer = JSON.parse(await lab.docker('inspect', container))[0];
    answer.Name = '/x\u001b]0;owned\u0007\u202e';
    answer.Config = { ...answer.Config, Image: 'i\u001b[2J', Labels: { l: '\u001b[31m' } };
    answer.State.Pid = 0;
    answer.State.Status = 'exited';
    answer.State.Error = '\u001b[5mno';
    const body = JSON.stringify(answer);
    const env = { DOCKER_HOST: `unix://${await answering(lab, `HTTP/1.0 200 OK\r\n\r\n${body}`)}` };
    const { stderr } = await fails(['exec', answer.Id, 'true'], 125, 'is not running', env);
    expect(stderr).toContain('x\\e]0;owned\\u0007\\u202e');
    expect(String(stderr).replaceAll('\n', '')).not.toMatch(/\p{Cc}|\u202e/u);
  });

  test("has a process that is somebody else's here", async ({ lab }) => {
    // An engine in another pid namespace, or on another machine: it names a number, and here that is another process.
    const container = await lab.run();
    const answer = JSON.parse(await lab.docker('inspect', container))[0];
    answer.State.Pid = process.pid;
    const socket = await answering(lab, `HTTP/1.0 200 OK\r\n\r\n${JSON.stringify(answer)}`);
    const env = { DOCKER_HOST: `unix://${socket}` };
    await fails(
      ['exec', container, 'true'],
      125,
      `is process ${process.pid}, but process ${process.pid} of this host is not in that container`,
      env,
    );
  });
});

describe('the engine', () => {
  test('is not there', async ({ lab }) => {
    const env = { DOCKER_HOST: `unix://${lab.folder}/nothing.sock` };
    await fails(
      ['exec', 'web', 'true'],
      125,
      /^dbg: no engine answers at unix:.*\(no such socket\)\n {5}start it: {2}sudo systemctl start docker/,
      env,
    );
  });

  test('is not there, over TCP', async () => {
    await fails(['exec', 'web', 'true'], 125, 'no engine answers at tcp://127.0.0.1:9 (connection refused)', {
      DOCKER_HOST: 'tcp://127.0.0.1:9',
    });
  });

  test.for([
    ['is something else', '220 mail.example ESMTP\r\n', 'it does not speak HTTP'],
    ['breaks off', 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"Id":"', 'its answer broke off'],
    ['is a web server', 'HTTP/1.1 404 Not Found\r\n\r\n<h1>no</h1>', 'answered with status 404'],
    ['has an error', 'HTTP/1.1 500 Oops\r\n\r\n{"message":"disk on fire"}', 'answered with status 500: disk on fire'],
  ] as const)('%s', async ([, answer, message], { lab }) => {
    const env = { DOCKER_HOST: `unix://${await answering(lab, answer)}` };
    await fails(['exec', 'web', 'touch', `${lab.folder}/ran`], 125, message, env);
    expect(existsSync(`${lab.folder}/ran`)).toBe(false);
  });

  test('breaks off, over TCP: never a success', async ({ lab }) => {
    const half = createServer((client) =>
      client.once('data', () => client.end('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{')),
    );
    await new Promise<void>((resolve) => void half.listen(0, '127.0.0.1', resolve));
    lab.cleanUp(async () => half.close());
    const env = { DOCKER_HOST: `tcp://127.0.0.1:${(half.address() as AddressInfo).port}` };
    await fails(['exec', 'web', 'true'], 125, 'dbg: the engine at tcp://', env);
  });

  test('may not be asked', async ({ lab }) => {
    const container = await lab.run();
    const result = await asNobody(lab, ['exec', '--dry-run', container, 'true']);
    expect(result.exitCode).toBe(125);
    expect(result.stderr).toMatch(
      /^dbg: permission denied on the engine's socket unix:\/\/\/var\/run\/docker\.sock\n {5}as root: {2}sudo dbg/,
    );
  });
});

test('neither root nor sudo: nothing run, and the way out', async ({ lab }) => {
  chmodSync(lab.folder, 0o755);
  // A PATH with the programs it takes and no sudo, whatever this machine has.
  for (const program of ['nsenter', 'true'])
    symlinkSync((await execa('which', [program])).stdout, join(lab.folder, program));
  const result = await asNobody(lab, ['exec', 'web', 'true'], { PATH: lab.folder });
  expect(result.exitCode).toBe(125);
  expect(result.stderr).toBe(
    `dbg: looking into a container needs root, and there is no sudo on this host\n     as root:  su -c 'dbg exec web true'`,
  );
});

function asNobody(lab: Lab, args: readonly string[], env: Record<string, string> = {}) {
  // A checkout below somebody's home (0700) is not nobody's to read: a copy is.
  chmodSync(lab.folder, 0o755);
  for (const part of ['bin', 'dist', 'package.json']) cpSync(part, join(lab.folder, part), { recursive: true });
  const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
  return execa('/usr/bin/setpriv', [...nobody, process.execPath, join(lab.folder, DBG), ...args], {
    reject: false,
    stdin: 'ignore',
    env,
  });
}

/** A socket where each client that asks gets this answer. */
async function answering(lab: Lab, answer: string): Promise<string> {
  const socket = join(lab.folder, 'engine.sock');
  const server = createServer((client) => client.once('data', () => client.end(answer)));
  await new Promise<void>((resolve) => void server.listen(socket, resolve));
  lab.cleanUp(async () => server.close());
  return socket;
}
