import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { commandLines, dbg, DBG, processes, says } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { sharing } from './support/share.ts';
import { sshClient, sshServer, type SshClient, type SshServer } from './support/sshd.ts';

// The engine of the tests, reached by ssh: sshd is on this host, and docker over there is docker here.

interface Far {
  readonly client: SshClient;
  readonly server: SshServer;
  readonly env: Record<string, string>;
}

async function far(lab: Lab, settings: readonly string[] = []): Promise<Far> {
  const client = await sshClient(lab);
  // What dbg brings there is the test's.
  const server = await sshServer(lab, client, [`SetEnv XDG_CACHE_HOME=${join(lab.folder, 'cache')}`, ...settings]);
  client.trust(server);
  return { client, server, env: { ...client.env, DOCKER_CONFIG: join(lab.folder, 'docker') } };
}

/** What of a test's ssh runs: its client, and what it has called over there. */
const left = (lab: Lab) => commandLines().filter((line) => line.includes(lab.folder) || /dial-stdio/.test(line));

/** No ssh of the test's runs any more; sshd itself does. */
const nothingLeft = async (lab: Lab) =>
  expect.poll(() => left(lab).filter((line) => !/sshd( |:)|sshd_config/.test(line))).toEqual([]);

describe('an engine by ssh', () => {
  test('dbg context says where it is, and that its containers are here', async ({ lab }) => {
    const { server, env } = await far(lab);
    await lab.run('web');
    const { stdout, stderr, exitCode } = await dbg(['context', '-H', server.address], { env });
    expect(exitCode, String(stderr)).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^engine {6}ssh:\/\/root@127\.0\.0\.1:\d+\nchosen {6}by --host\nanswers {5}Docker /);
    // ssh leads back to this host, and that was seen by a process, not by the address.
    expect(stdout).toMatch(/containers {2}on this host: "[\w-]+" is process \d+ here$/);
    await nothingLeft(lab);
  });

  test('exec, ps and completion', async ({ lab }) => {
    const { server, env } = await far(lab);
    const web = await lab.run('web');
    const run = await dbg(['-H', server.address, 'exec', web, 'sh', '-c', 'echo out; exit 7'], { env });
    expect([run.stdout, run.exitCode]).toEqual(['out', 7]);
    expect((await dbg(['ps', '-H', server.address, web], { env })).stdout).toContain('sleep 3600');
    await nothingLeft(lab);
  });

  test('completion waits for no engine: it offers what is remembered, and the next Tab knows more', async ({ lab }) => {
    const { server, env } = await far(lab);
    const web = await lab.run('web');
    const cache = join(lab.folder, 'cache/dbg');
    const own = { ...env, XDG_CACHE_HOME: dirname(cache) };
    const completed = async (...words: readonly string[]) =>
      (await dbg(['__complete', '--', '-H', server.address, ...words], { env: own })).stdout;
    await expect.poll(() => completed('exec', web.slice(0, -1))).toContain(`${web}\t`);
    const net = await lab.network('net');
    await lab.docker('network', 'connect', net, web);
    await expect.poll(() => completed('tcpdump', `--network=${net}`)).toContain(`${net}\t${web}`);
    await nothingLeft(lab);
    await server.kill();
    expect(await completed('exec', '')).toContain(`${web}\t`);
    await nothingLeft(lab);
    // What was kept is old, and ssh takes longer than any person waits.
    const [kept] = readdirSync(cache).filter((name) => name.endsWith('.json'));
    writeFileSync(join(cache, kept!), readFileSync(join(cache, kept!), 'utf8').replace(/"at":\d+/, '"at":1'));
    const ssh = join(env['PATH']!.split(':')[0]!, 'ssh');
    writeFileSync(ssh, `#!/bin/sh\ntouch ${lab.folder}/began\nexec sleep 600\n`);
    expect(await completed('exec', '')).toBe('nothing');
    const now = String(Date.now() - 60_000);
    writeFileSync(join(cache, kept!), readFileSync(join(cache, kept!), 'utf8').replace('"at":1', `"at":${now}`));
    expect(await completed('exec', '')).toContain(`${web}\t`);
    // The dbg in the background has begun to ask, and has not ended: nobody has waited for it.
    await expect.poll(() => existsSync(`${lab.folder}/began`)).toBe(true);
    const asking = () =>
      processes().filter(({ command }) => command.includes(`${server.address} __complete --remember`));
    expect(asking()).not.toEqual([]);
    await expect.poll(asking).toEqual([]);
  });

  test('one ssh asks all that is asked one after the other', async ({ lab }) => {
    const { server, env } = await far(lab);
    const web = await lab.run('web');
    await dbg(['exec', '-H', server.address, web, 'true'], { env });
    // Two questions at most: what the name is, and once more where it is not a whole name.
    expect(server.log().match(/Accepted publickey/g)).toHaveLength(1);
  });

  test('a context, with a path', async ({ lab }) => {
    const { server, env } = await far(lab);
    const create = async (name: string, path: string) =>
      execa('docker', ['context', 'create', name, '--docker', `host=${server.address}${path}`], { env });
    await create('good', '/var/run/docker.sock');
    await create('bad', '/nowhere/x.sock');
    const good = await dbg(['-c', 'good', 'context'], { env });
    expect([good.exitCode, good.stdout]).toEqual([0, expect.stringContaining('chosen      by --context (good)')]);
    const bad = await dbg(['-c', 'bad', 'context'], { env });
    expect([bad.exitCode, bad.stdout]).toEqual([1, expect.stringContaining('/nowhere/x.sock')]);
    expect(bad.stderr).toMatch(/^dbg: the engine at ssh:.*nowhere/);
    expect(bad.stderr).not.toMatch(/\\n|systemctl start/);
  });

  test('through a jump host', async ({ lab }) => {
    const { client, server, env } = await far(lab);
    const behind = await sshServer(lab, client);
    client.trust(server, behind);
    client.configure(
      `Host behind\n  HostName 127.0.0.1\n  Port ${behind.port}\n  ProxyJump root@127.0.0.1:${server.port}\n`,
    );
    const { stdout, exitCode } = await dbg(['-H', 'ssh://root@behind', 'context'], { env });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('ssh://root@behind')]);
    for (const each of [server, behind]) expect(each.log()).toContain('Accepted publickey');
    await nothingLeft(lab);
  });
});

describe('ssh that fails says why, and what to do', () => {
  const failing = async ({ server, env }: Far) => {
    const { stdout, stderr, exitCode } = await dbg(['exec', '-H', server.address, 'web', 'true'], { env });
    expect([stdout, exitCode]).toEqual(['', 125]);
    expect(stderr).not.toMatch(/\\n|systemctl|@@@/);
    expect(String(stderr).split('\n')).toHaveLength(2);
    return String(stderr);
  };

  test('a host key that nobody has seen', async ({ lab }) => {
    const it = await far(lab);
    it.client.trust();
    const said = await failing(it);
    expect(said).toContain('ssh does not know the host key of 127.0.0.1');
    expect(said).toContain(`ssh -l root -p ${it.server.port} -- 127.0.0.1 true`);
    expect(it.server.log()).not.toContain('Accepted');
  });

  test('a host key that has changed', async ({ lab }) => {
    const it = await far(lab);
    const other = await it.server.withOtherKey();
    const said = await failing({ ...it, server: other });
    expect(said).toContain('the host key of 127.0.0.1 is another one than ssh knows');
    // The step names the file in which the old key is.
    expect(said).toContain(`ssh-keygen -R '[127.0.0.1]:${other.port}' -f ${it.client.knownHosts}`);
    expect(other.log()).not.toContain('Accepted');
  });

  test('a login that is refused', async ({ lab }) => {
    const it = await far(lab, ['PermitRootLogin no']);
    expect(await failing(it)).toContain(
      'ssh may not log in to 127.0.0.1: root@127.0.0.1: Permission denied (publickey)',
    );
  });

  test('no docker over there', async ({ lab }) => {
    // sshd takes the first SetEnv alone (sshd_config(5)).
    const client = await sshClient(lab);
    const server = await sshServer(lab, client, [`SetEnv PATH=${lab.folder}`]);
    client.trust(server);
    const { stderr, exitCode } = await dbg(['-H', server.address, 'context'], { env: client.env });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('there is no docker at 127.0.0.1 for this user')]);
  });

  test('nobody listens', async ({ lab }) => {
    const it = await far(lab);
    await it.server.kill();
    expect(await failing(it)).toContain('Connection refused');
  });

  test('no ssh on this host', async ({ lab }) => {
    const it = await far(lab);
    const env = { ...it.env, PATH: lab.folder };
    const { stderr, exitCode } = await dbg(['-H', it.server.address, 'context'], { env });
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('there is no ssh on this host')]);
  });
});

test('dbg that is killed leaves no ssh, here or there', async ({ lab }) => {
  const { server, env } = await far(lab);
  const web = await lab.run('web');
  const running = execa(process.execPath, [DBG, '-H', server.address, 'shell', web, '--', 'sleep', '600'], {
    env,
    reject: false,
    stdin: 'ignore',
  });
  await expect.poll(() => commandLines().includes('sleep 600')).toBe(true);
  process.kill(running.pid!, 'SIGKILL');
  await running;
  await nothingLeft(lab);
  await expect.poll(() => commandLines()).not.toContain('sleep 600');
});

describe('dbg api stands before an engine by ssh', () => {
  const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('dbg-engine-'));

  test('snoop: the calls, streams and half-closed connections', async ({ lab }) => {
    const { server, env } = await far(lab);
    const before = folders();
    const web = await lab.run('web');
    const line = `docker exec -i ${web} cat; docker exec ${web} sh -c 'exit 7'`;
    const run = await dbg(['-H', server.address, 'api', 'snoop', '--', 'sh', '-c', line], {
      env,
      input: 'typed',
      stdin: 'pipe',
    });
    expect([run.stdout, run.exitCode]).toEqual(['typed', 7]);
    expect(run.stderr).toMatch(new RegExp(`${web} +201 .*POST /containers/${web}/exec`));
    expect(run.stderr).toMatch(/ 101 .*POST \/exec\/\w+\/start/);
    await nothingLeft(lab);
    expect(folders()).toEqual(before);
  });

  test('record and share', async ({ lab }) => {
    const { server, env } = await far(lab);
    const web = await lab.run('web');
    const file = join(lab.folder, 'calls.ndjson');
    const there = ['-H', server.address, 'api'];
    expect((await dbg([...there, 'record', file, '--', 'docker', 'inspect', web], { env })).exitCode).toBe(0);
    expect((await dbg(['api', 'show', file])).stdout).toContain(`GET /containers/${web}/json`);
    const before = folders();
    const { url, running } = await sharing(lab, ['--read-only', '-H', server.address], env);
    const colleague = { env: { DOCKER_HOST: url }, reject: false } as const;
    expect((await execa('docker', ['inspect', '-f', '{{.Name}}', web], colleague)).stdout).toBe(`/${web}`);
    expect((await execa('docker', ['stop', web], colleague)).exitCode).toBe(1);
    // kill -9 leaves neither ssh nor its socket.
    expect(folders()).not.toEqual(before);
    running.kill('SIGKILL');
    await running;
    await nothingLeft(lab);
    await expect.poll(folders).toEqual(before);
  });

  test('an engine that is not there is said before anything listens', async ({ lab }) => {
    const { server, env } = await far(lab);
    const { stderr, exitCode } = await dbg(['-H', `${server.address}/nosuch.sock`, 'api', 'snoop', '--', 'true'], {
      env,
    });
    expect(exitCode).toBe(125);
    expect(stderr).toMatch(/^dbg: no engine answers through ssh to 127\.0\.0\.1: .*\n.*ls -l \/nosuch\.sock/);
    await nothingLeft(lab);
  });

  test('an ssh that others share keeps nothing of it', async ({ lab }) => {
    const { client, server, env } = await far(lab);
    const master = join(lab.folder, 'master');
    client.configure(`ControlMaster auto\nControlPath ${master}\nControlPersist 60`);
    lab.cleanUp(() => execa('ssh', ['-S', master, '-O', 'exit', 'x'], { env, reject: false }));
    const before = folders();
    const { exitCode } = await dbg(['-H', server.address, 'api', 'snoop', '--', 'docker', 'ps'], { env });
    expect(exitCode).toBe(0);
    expect(readFileSync('/proc/net/unix', 'utf8')).not.toMatch(/dbg-engine-\w+\/docker\.sock/);
    expect(folders()).toEqual(before);
  });

  test('an engine that hangs, and an ssh that ends, are said', async ({ lab }) => {
    const { server, env } = await far(lab);
    const silent = createServer(() => undefined).listen(join(lab.folder, 'silent.sock'));
    lab.cleanUp(async () => silent.close());
    const hung = await dbg(['-H', `${server.address}${lab.folder}/silent.sock`, 'api', 'snoop', '--', 'true'], { env });
    expect([hung.exitCode, hung.stderr]).toEqual([
      125,
      expect.stringMatching(/^dbg: no engine answers through ssh to /),
    ]);
    const snoop = execa(process.execPath, [DBG, '-H', server.address, 'api', 'snoop'], {
      env,
      reject: false,
      stdin: 'ignore',
    });
    await says(snoop, 'in another terminal');
    const [ssh] = processes().filter(({ command }) => /^\S*ssh .*dbg-engine-/.test(command));
    process.kill(ssh!.pid, 'SIGKILL');
    await says(snoop, 'dbg: ssh to 127.0.0.1 has ended');
    snoop.kill('SIGINT');
    await snoop;
    await nothingLeft(lab);
  });

  test('where no socket can be made, that is said', async ({ lab }) => {
    const { server, env } = await far(lab);
    const { stderr, exitCode } = await dbg(['-H', server.address, 'api', 'snoop', '--', 'docker', 'ps'], {
      env: { ...env, TMPDIR: '/proc', XDG_RUNTIME_DIR: '' },
    });
    expect([exitCode, stderr]).toEqual([125, expect.stringMatching(/^dbg: no socket can be created in \/proc/)]);
    await nothingLeft(lab);
  });

  test('sshd that does not forward is said', async ({ lab }) => {
    const { server, env } = await far(lab, ['AllowStreamLocalForwarding no']);
    const { stderr, exitCode } = await dbg(['-H', server.address, 'api', 'snoop', '--', 'docker', 'ps'], { env });
    expect(exitCode).toBe(125);
    expect(stderr).toMatch(/no engine answers through ssh to 127\.0\.0\.1: .*open failed\n[^]*sshd -T/);
    await nothingLeft(lab);
  });
});

test('what the person types by ssh is not read by a shell over there', async ({ lab }) => {
  const { server, env } = await far(lab);
  const trap = join(lab.folder, 'trap');
  writeFileSync(join(lab.folder, 'untouched'), '');
  const { exitCode } = await dbg(['-H', `${server.address}/x;touch%20${trap}`, 'context'], { env });
  expect(exitCode).toBe(1);
  expect((await execa('ls', [lab.folder])).stdout.split('\n')).not.toContain('trap');
});
