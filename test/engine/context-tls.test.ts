import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer as createPlainServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TlsOptions } from 'node:tls';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { authority } from './support/certificates.ts';
import { dbg, says } from './support/dbg.ts';
import { test } from './support/lab.ts';

// The engine of the tests behind TLS, with certificates that openssl makes, and a dockerd of this test alone that speaks
// TLS by itself. docker's own CLI is asked for the same: it gets through exactly where dbg does.

const folder = mkdtempSync(join(tmpdir(), 'dbg-context-tls-'));
const servers: Server[] = [];
const ports: Record<string, number> = {};

/** Carries bytes between a client of this server and an engine. */
function relay<S extends Server>(server: S, socket = '/var/run/docker.sock'): S {
  const isTls = 'setTicketKeys' in server;
  server.on(isTls ? 'secureConnection' : 'connection', (client: ReturnType<typeof connect>) => {
    const engine = connect(socket);
    client.pipe(engine).pipe(client);
    for (const end of [client, engine]) end.on('error', () => (client.destroy(), engine.destroy()));
  });
  return server;
}

async function listen(name: string, server: Server): Promise<void> {
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  ports[name] = (server.address() as AddressInfo).port;
}

/**
 * Starts a dockerd that wants certificates of its clients. It is in a network namespace of its own, as a second dockerd
 * removes the first one's docker0. A program in there carries bytes to it from a socket.
 */
async function startDockerd(tls: readonly string[]): Promise<void> {
  const at = (name: string) => join(folder, 'dockerd', name);
  const alone = ['--bridge=none', '--iptables=false', '--storage-driver=vfs', '--config-file', at('config.json')];
  const own = ['--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid')];
  mkdirSync(at('.'));
  writeFileSync(at('config.json'), '{}');
  const argv = ['dockerd', '-H', 'tcp://127.0.0.1:2376', ...tls, ...alone, ...own];
  const quiet = { reject: false, stdin: 'ignore', stdout: 'ignore' } as const;
  const server = execa('unshare', ['-n', 'sh', '-c', 'ip link set lo up && exec "$0" "$@"', ...argv], quiet);
  // It ends its containerd before it ends.
  ends.push(async () => (server.kill('SIGTERM'), server));
  await says(server, 'API listen on');
  const carry = `const { connect, createServer } = require('node:net');
    createServer((client) => {
      const engine = connect(2376, '127.0.0.1');
      client.pipe(engine).pipe(client);
      for (const end of [client, engine]) end.on('error', () => (client.destroy(), engine.destroy()));
    }).listen(process.argv[1], () => console.error('carries'));`;
  const inside = ['-t', String(server.pid), '-n', process.execPath, '-e', carry, at('socket')];
  const carrier = execa('nsenter', inside, quiet);
  ends.push(async () => (carrier.kill('SIGKILL'), carrier));
  await says(carrier, 'carries');
  await listen('dockerd', relay(createPlainServer(), at('socket')));
}

const ends: (() => Promise<unknown>)[] = [];

/** Folders as DOCKER_CERT_PATH has them. */
const certs = (name: string) => join(folder, name);

beforeAll(async () => {
  const ca = await authority(join(folder, 'made'), 'ca');
  const other = await authority(join(folder, 'made'), 'other');
  const good = await ca.sign('engine', 'IP:127.0.0.1,DNS:localhost');
  const shown = (pair: { cert: string; key: string }): TlsOptions => ({
    cert: readFileSync(pair.cert),
    key: readFileSync(pair.key),
  });
  const wantsClient = { requestCert: true, rejectUnauthorized: true, ca: readFileSync(ca.certificate) };
  await listen('good', relay(createServer(shown(good))));
  await listen('mutual', relay(createServer({ ...shown(good), ...wantsClient })));
  await listen('mutual 1.2', relay(createServer({ ...shown(good), ...wantsClient, maxVersion: 'TLSv1.2' })));
  await listen('expired', relay(createServer(shown(await ca.sign('expired', 'IP:127.0.0.1', -1)))));
  await listen('wrong host', relay(createServer(shown(await ca.sign('wrong-host', 'DNS:engine.example')))));
  await listen('plain', relay(createPlainServer()));

  const files = ['--tlscacert', ca.certificate, '--tlscert', good.cert, '--tlskey', good.key];
  await startDockerd(['--tlsverify', ...files]);

  const mine = await ca.sign('me', 'DNS:me');
  const stranger = await other.sign('stranger', 'DNS:me');
  const old = await ca.sign('old', 'DNS:me', -1);
  const put = (name: string, content: Record<string, string>) => {
    mkdirSync(certs(name));
    for (const [file, from] of Object.entries(content)) cpSync(from, join(certs(name), file));
  };
  const pair = ({ cert, key }: { cert: string; key: string }) => ({ 'cert.pem': cert, 'key.pem': key });
  put('ca alone', { 'ca.pem': ca.certificate });
  put('all', { 'ca.pem': ca.certificate, ...pair(mine) });
  put('other ca', { 'ca.pem': other.certificate });
  put('stranger', { 'ca.pem': ca.certificate, ...pair(stranger) });
  put('old', { 'ca.pem': ca.certificate, ...pair(old) });
  put('mixed', { 'ca.pem': ca.certificate, 'cert.pem': mine.cert, 'key.pem': stranger.key });
  put('none', {});
});
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

const WORKS: [string, string, Record<string, string>][] = [
  ['good', 'ca alone', { DOCKER_TLS_VERIFY: '1' }],
  ['good', 'all', { DOCKER_TLS_VERIFY: '1' }],
  ['mutual', 'all', { DOCKER_TLS_VERIFY: '1' }],
  ['mutual 1.2', 'all', { DOCKER_TLS_VERIFY: '1' }],
  // --tls alone: whoever answers.
  ['expired', 'ca alone', { DOCKER_TLS: '1' }],
  ['wrong host', 'other ca', { DOCKER_TLS: '1' }],
];

describe('TLS', () => {
  const environment = (server: string, files: string, more: Record<string, string>) => ({
    DOCKER_HOST: `tcp://127.0.0.1:${ports[server]}`,
    DOCKER_CERT_PATH: certs(files),
    DOCKER_CONFIG: join(folder, 'config'),
    ...more,
  });
  const dockerGetsThrough = async (env: Record<string, string>) =>
    (await execa('docker', ['ps'], { env, reject: false })).exitCode === 0;

  test.for(WORKS)('the server %s with the files "%s", %j', async ([server, files, more], { lab }) => {
    const web = await lab.run('web');
    const env = environment(server, files, more);
    expect(await dockerGetsThrough(env)).toBe(true);
    const { stdout, stderr, exitCode } = await dbg(['exec', web, 'echo', 'in'], { env });
    expect([stdout, stderr, exitCode]).toEqual(['in', '', 0]);
  });

  test.for<[string, string, string, string]>([
    ['expired', 'ca alone', 'or of a CA that signed it, has expired', 'openssl x509 -noout -dates'],
    ['wrong host', 'ca alone', 'is not for "127.0.0.1", but for DNS:engine.example', 'tcp://NAME:'],
    ['good', 'other ca', `is not signed by the CA in ${certs('other ca')}/ca.pem`, 'openssl x509 -noout -issuer'],
    ['mutual', 'ca alone', 'wants a certificate of yours, and dbg has none', 'export DOCKER_CERT_PATH='],
    ['mutual 1.2', 'ca alone', 'wants a certificate of yours, and dbg has none', 'export DOCKER_CERT_PATH='],
    ['dockerd', 'stranger', `does not accept the certificate ${certs('stranger')}/cert.pem`, '-issuer -dates'],
    ['dockerd', 'old', `does not accept the certificate ${certs('old')}/cert.pem`, '-issuer -dates'],
    ['good', 'mixed', 'do not belong together', 'openssl pkey'],
    ['good', 'none', "the engine's TLS certificates cannot be read (the CA certificate)", 'export DOCKER_CERT_PATH='],
    ['plain', 'ca alone', 'does not speak TLS, and dbg was told to', 'env -u DOCKER_TLS'],
  ])('the server %s with the files "%s" is told in a sentence', async ([server, files, sentence, step]) => {
    const env = environment(server, files, { DOCKER_TLS_VERIFY: '1' });
    expect(await dockerGetsThrough(env)).toBe(false);
    const { stdout, stderr, exitCode } = await dbg(['exec', 'web', 'true'], { env });
    expect([stdout, exitCode]).toEqual(['', 125]);
    expect(stderr).toContain(sentence);
    expect(stderr).toContain(step);
    // One sentence and one line of steps: no stack, nothing of OpenSSL's, and nothing about this host's engine.
    expect(String(stderr).split('\n')).toHaveLength(2);
    expect(stderr).not.toMatch(/\\n|error:0|routines|systemctl/);
  });

  test('a dockerd that speaks TLS by itself', async () => {
    const env = environment('dockerd', 'all', { DOCKER_TLS_VERIFY: '1' });
    const { stdout, exitCode } = await dbg(['context'], { env });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('containers  none runs, so it is not known')]);
    const none = await dbg(['exec', 'web', 'true'], { env: { ...env, DOCKER_CERT_PATH: certs('ca alone') } });
    expect([none.exitCode, none.stderr]).toEqual([125, expect.stringContaining('wants a certificate of yours')]);
    const plain = await dbg(['exec', 'web', 'true'], { env: { DOCKER_HOST: env.DOCKER_HOST } });
    expect([plain.exitCode, plain.stderr]).toEqual([125, expect.stringContaining('speaks TLS alone, and dbg was not')]);
  });

  test('plain HTTP to a server that speaks TLS alone', async () => {
    const env = { DOCKER_HOST: `tcp://127.0.0.1:${ports['good']}` };
    const { stderr, exitCode } = await dbg(['exec', 'web', 'true'], { env });
    expect([exitCode, stderr]).toEqual([125, expect.stringMatching(/^dbg: (no engine answers|the engine) at tcp:/)]);
    expect(stderr).not.toMatch(/\\n|systemctl/);
  });

  test('a context with its own files, and one that skips the verification', async ({ lab }) => {
    const web = await lab.run('web');
    const env = { DOCKER_CONFIG: join(lab.folder, 'config') };
    const create = async (name: string, server: string, settings: string) =>
      execa('docker', ['context', 'create', name, '--docker', `host=tcp://127.0.0.1:${ports[server]},${settings}`], {
        env,
      });
    const files = (name: string) => `ca=${certs(name)}/ca.pem,cert=${certs(name)}/cert.pem,key=${certs(name)}/key.pem`;
    await create('mutual', 'mutual', files('all'));
    await create('any', 'expired', 'skip-tls-verify=true');
    for (const name of ['mutual', 'any']) {
      const { stdout, stderr } = await dbg(['exec', '-c', name, web, 'echo', name], { env });
      expect([stdout, stderr]).toEqual([name, '']);
    }
    const { stdout } = await dbg(['context', '-c', 'any', '--json'], { env });
    expect(JSON.parse(String(stdout))).toMatchObject({
      decided_by: '--context',
      context: 'any',
      tls: { verified: false, ca: null },
      containers: { where: 'here' },
    });
  });

  test('the options for the files', async ({ lab }) => {
    const web = await lab.run('web');
    const given = [
      '--tlsverify',
      ...['ca', 'cert', 'key'].flatMap((name) => [OPTIONS[name]!, join(certs('all'), `${name}.pem`)]),
    ];
    const address = ['-H', `127.0.0.1:${ports['mutual']}`];
    for (const line of [
      [...address, ...given, 'exec', web, 'echo', 'in'],
      ['exec', ...address, ...given, web, 'echo', 'in'],
    ]) {
      const { stdout, stderr, exitCode } = await dbg(line);
      expect([stdout, stderr, exitCode]).toEqual(['in', '', 0]);
    }
  });

  test('calls are recorded through TLS', async () => {
    const env = environment('mutual', 'all', { DOCKER_TLS_VERIFY: '1' });
    const { stdout, stderr, exitCode } = await dbg(['api', 'snoop', '--', 'docker', 'ps', '-q'], { env });
    expect([exitCode, `${String(stdout)}${String(stderr)}`]).toEqual([0, expect.stringMatching(/\/containers\/json/)]);
  });
});

const OPTIONS: Readonly<Record<string, string>> = { ca: '--tlscacert', cert: '--tlscert', key: '--tlskey' };
