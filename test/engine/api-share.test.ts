import { existsSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { eventLine } from '../../src/api/recordings/recording-format.ts';
import { listen } from '../../src/api/wire/listener.ts';
import { proxy } from '../../src/api/wire/proxy.ts';
import { reading } from '../../src/api/wire/reading.ts';
import { dbg } from './support/dbg.ts';
import { test, type Lab } from './support/lab.ts';
import { sharing } from './support/share.ts';

const SOCKET = '/var/run/docker.sock';

/** Waits until the log holds such an entry. */
async function untilLogged(share: { entries(): Record<string, unknown>[] }, wanted: Record<string, unknown>) {
  await expect.poll(() => share.entries()).toContainEqual(expect.objectContaining(wanted));
}

describe('what is let through', () => {
  test('read-only shows, and makes nothing; each call stands in the log', async ({ lab }) => {
    const web = await lab.run('web');
    const share = await sharing(lab, ['--read-only']);
    expect((await share.docker('ps')).stdout).toContain(web);
    const run = await share.docker('run', '--name', lab.name('none'), 'busybox', 'true');
    expect(run.exitCode).toBe(125);
    expect(run.stderr).toContain('dbg share: not allowed here: POST /containers/create');
    expect(await lab.docker('ps', '-aq', '--filter', `name=${lab.name('none')}`)).toBe('');
    expect((await share.docker('exec', web, 'true')).stderr).toContain('not allowed here');
    expect(await share.stop()).toBe(0);

    const calls = share.entries();
    expect(calls[0]).toMatchObject({ event: 'open', rules: ['read-only'] });
    expect(calls.at(-1)).toMatchObject({ event: 'close' });
    const create = calls.find(({ operation }) => operation === 'ContainerCreate');
    expect(create).toMatchObject({ event: 'call', verdict: 'denied', why: 'read-only', query: ['name'] });
    expect(create?.['peer']).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(create?.['time']).toMatch(/^\d{4}-.*Z$/);
    expect(calls).toContainEqual(expect.objectContaining({ event: 'end', call: create?.['call'], status: 403 }));
    expect(share.logText()).not.toContain(lab.name('none'));
  });

  test('an allow list, and a deny that wins', async ({ lab }) => {
    const [web, db] = [await lab.run('web'), await lab.run('db')];
    const share = await sharing(lab, [
      '--allow',
      'GET /containers/**',
      '--allow',
      `POST /containers/${web}/restart`,
      '--deny',
      'ContainerLogs',
    ]);
    expect((await share.docker('restart', '-t', '0', web)).exitCode).toBe(0);
    expect((await share.docker('inspect', db)).exitCode).toBe(0);
    expect((await share.docker('restart', '-t', '0', db)).stderr).toContain('not on the list');
    expect((await share.docker('logs', web)).stderr).toContain('(denied)');
    expect((await share.docker('images')).stderr).toContain('not on the list');
  });

  test('a recorded session is let through, and another is not', async ({ lab }) => {
    const [web, db] = [await lab.run('web'), await lab.run('db')];
    const file = join(lab.folder, 'session.ndjson');
    const started = Date.now();
    const lines = [`${JSON.stringify({ recording: 'dbg api', version: 1, started, engine: '' })}\n`];
    const recorder = await listen({ kind: 'unix', path: join(lab.folder, 'recorder') });
    const { server } = recorder;
    const hear = (event: Parameters<typeof eventLine>[0]) => void lines.push(eventLine(event, started));
    proxy(server, {
      connect: () => connect({ path: SOCKET, allowHalfOpen: true }),
      onEvent: reading(hear),
      clock: Date.now,
      peerOf: async () => undefined,
    });
    const session = async (on: string) => {
      const inspect = await execa('docker', ['-H', on, 'exec', web, 'echo', 'said'], { reject: false });
      const run = await execa('docker', ['-H', on, 'run', '--rm', 'busybox', 'echo', 'ran'], { reject: false });
      return [inspect.stdout, run.stdout];
    };
    expect(await session(`unix://${join(lab.folder, 'recorder')}`)).toEqual(['said', 'ran']);
    await recorder.close(200);
    writeFileSync(file, lines.join(''));

    const policy = await dbg(['api', 'policy', file]);
    expect(policy.stdout).toMatch(new RegExp(`^allow POST /containers/${web}/exec +# once, first at 20`, 'm'));
    expect(policy.stdout).toMatch(/^allow POST \/containers\/\*\/start /m);
    writeFileSync(join(lab.folder, 'policy'), policy.stdout as string);
    const share = await sharing(lab, ['--policy', join(lab.folder, 'policy')]);
    expect(share.said()).toContain('gives away ContainerCreate');
    expect(await session(share.url)).toEqual(['said', 'ran']);
    expect((await share.docker('exec', db, 'true')).stderr).toContain('not on the list');
    expect((await share.docker('volume', 'ls')).stderr).toContain('not on the list');
  });
});

describe('how long', () => {
  test('it ends by itself, and takes an open stream with it', async ({ lab }) => {
    const share = await sharing(lab, ['--for', '2s', '--read-only']);
    const events = share.docker('events');
    await untilLogged(share, { operation: 'SystemEvents', event: 'call' });
    expect((await share.running).exitCode).toBe(0);
    await events;
    expect(share.entries()).toContainEqual(expect.objectContaining({ event: 'end', failure: 'the share has ended' }));
    expect((await share.docker('ps')).stderr).toMatch(/Cannot connect|refused/i);
  });

  test('what ran while dbg was killed with 9 is in the log', async ({ lab }) => {
    const web = await lab.run('web');
    const share = await sharing(lab, []);
    expect(share.said()).toContain('can become root on this host');
    const exec = share.docker('exec', web, 'sh', '-c', 'echo up; sleep 60');
    await untilLogged(share, { operation: 'ExecStart', event: 'call', verdict: 'allowed' });
    share.running.kill('SIGKILL');
    await Promise.all([share.running, exec]);
    const call = share.entries().find(({ operation }) => operation === 'ExecStart')?.['call'];
    expect(share.entries().some(({ event, call: of }) => event === 'end' && of === call)).toBe(false);
    expect(share.entries()).toContainEqual(expect.objectContaining({ operation: 'ContainerExec', container: web }));
  });

  test('nothing is opened whose calls cannot be logged', async () => {
    const ended = await dbg(['api', 'share', '--for', '1m', '--listen', 'tcp:127.0.0.1:0', '--audit', '/dev/full']);
    expect(ended.exitCode).toBe(125);
    expect(ended.stderr).toContain('/dev/full cannot be written');
    const astray = await dbg(['api', 'share', '--for', '1m', '--listen', 'tcp:127.0.0.1:0', '--audit', '/nowhere/log']);
    expect([astray.exitCode, existsSync('/nowhere')]).toEqual([125, false]);
  });
});

describe('who', () => {
  test('others than this host are asked who they are, or it is refused', async () => {
    const share = await dbg(['api', 'share', '--for', '1m', '--listen', 'tcp:0.0.0.0:0']);
    expect(share.exitCode).toBe(2);
    expect(share.stderr).toContain('--tlscacert');
    const forever = await dbg(['api', 'share']);
    expect(forever.exitCode).toBe(2);
  });

  test('a client certificate, on an address of the network', async ({ lab }) => {
    const web = await lab.run('web');
    const address = await lab.docker('network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', 'bridge');
    const [ca, server, ann, eve] = [
      await certificate(lab, 'ca'),
      await certificate(lab, 'server', 'ca', `subjectAltName=IP:${address}`),
      await certificate(lab, 'ann', 'ca'),
      await certificate(lab, 'eve'),
    ];
    const tls = ['--tlscert', server.cert, '--tlskey', server.key, '--tlscacert', ca.cert];
    const share = await sharing(lab, ['--listen', `tcp:${address}:0`, ...tls]);
    const as = ({ cert, key }: { cert: string; key: string }) => [
      '--tlsverify',
      '--tlscacert',
      ca.cert,
      '--tlscert',
      cert,
      '--tlskey',
      key,
    ];
    const exec = ['exec', '-i', web, 'sh', '-c', 'wc -c; echo over'];
    const input = 'x'.repeat(300_000);
    const said = await execa('docker', [...as(ann), '-H', share.url, ...exec], { input });
    expect(said.stdout).toBe('300000\nover');
    expect((await share.docker(...as(eve), 'ps')).exitCode).not.toBe(0);
    const nobody = await share.docker('--tls', '--tlscacert', ca.cert, 'ps');
    expect(nobody.exitCode).not.toBe(0);
    expect(nobody.stdout).toBe('');
    expect(await share.stop()).toBe(0);
    const calls = share.entries().filter(({ event }) => event === 'call');
    expect(new Set(calls.map((call) => call['certificate']))).toEqual(new Set(['ann']));
    // Docker masquerades what a host says to its own bridge: as the address of whichever bridge is first.
    expect(calls[0]?.['peer']).toMatch(/^\d+(?:\.\d+){3}:\d+$/);
  });

  test('a name and a password, which go no further', async ({ lab }) => {
    const heard: Buffer[] = [];
    const engine = createServer({ allowHalfOpen: true }, (client) => {
      const real = connect({ path: SOCKET, allowHalfOpen: true });
      client.on('data', (data) => heard.push(data));
      client.pipe(real).pipe(client);
      for (const socket of [client, real]) socket.on('error', () => undefined);
    });
    const path = join(lab.folder, 'engine');
    await new Promise<void>((done) => void engine.listen(path, done));
    lab.cleanUp(async () => engine.close());

    const share = await sharing(lab, ['--user', 'ann'], { DOCKER_HOST: `unix://${path}` });
    const lines = share
      .said()
      .split('\n')
      .filter((line) => /^ {2}\S/.test(line));
    const typed = await execa('sh', ['-c', lines.join('\n')], { cwd: lab.folder });
    expect(typed.stdout).toContain('CONTAINER ID');
    const credentials = /Basic ([\w+/=]+)/.exec(share.said())![1]!;
    const password = Buffer.from(credentials, 'base64').toString().replace('ann:', '');
    expect(password.length).toBeGreaterThanOrEqual(22);
    expect((await share.docker('ps')).stderr).toContain('a name and a password are asked for');
    expect(await share.stop()).toBe(0);

    const atEngine = Buffer.concat(heard).toString('latin1');
    expect(atEngine).toContain('/containers/json');
    for (const text of [atEngine, share.logText()]) {
      expect(text).not.toMatch(/authorization/i);
      expect(text).not.toContain(credentials);
      expect(text).not.toContain(password);
    }
    expect(share.entries()).toContainEqual(expect.objectContaining({ operation: 'ContainerList', user: 'ann' }));
    expect(share.entries()).toContainEqual(expect.objectContaining({ event: 'end', status: 401 }));
  });
});

/** A certificate that another has signed, or it itself; of a day. */
async function certificate(lab: Lab, name: string, by?: string, extension?: string) {
  const file = (of: string, kind: string) => join(lab.folder, `${of}.${kind}`);
  const [cert, key] = [file(name, 'pem'), file(name, 'key')];
  const options = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
  const signer = by === undefined ? [] : ['-CA', file(by, 'pem'), '-CAkey', file(by, 'key')];
  const more = extension === undefined ? [] : ['-addext', extension];
  await execa('openssl', ['req', ...options, '-subj', `/CN=${name}`, ...signer, ...more, '-keyout', key, '-out', cert]);
  return { cert, key };
}
