import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DBG } from './support/dbg.ts';

// docker's own CLI and dbg are given the same, in a network namespace in which a server of ours listens at every place
// that may be meant. Where they connect and what they say is compared: nobody has written down what is expected.

interface Heard {
  readonly at: string;
  readonly tls: boolean;
  readonly line?: string;
  readonly headers?: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 'dbg-context-docker-'));
const socket = (name: string) => join(folder, name);
const PLACES = [
  ...[80, 443, 2375, 2376, 4000].map((port) => ({ host: '127.0.0.1', port })),
  { host: '::1', port: 2375 },
  socket('a.sock'),
];
const heard: Heard[] = [];
const SERVER = 'test/engine/support/recording-server.ts';
const startServer = () => {
  const script = 'ip link set lo up && exec "$0" "$@"';
  const argv = ['-n', 'sh', '-c', script, process.execPath, '--import', 'tsx', SERVER];
  return execa('unshare', [...argv, JSON.stringify(PLACES)], { reject: false });
};
let server: ReturnType<typeof startServer>;

beforeAll(async () => {
  server = startServer();
  const lines = createInterface(server.stdout);
  await new Promise<void>((resolve) => {
    lines.on('line', (line) => (line === 'listening' ? resolve() : heard.push(JSON.parse(line) as Heard)));
  });
});
afterAll(async () => {
  server.kill('SIGKILL');
  await server;
  rmSync(folder, { recursive: true });
});

interface Given {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** config.json of docker */
  readonly config?: object;
}

const config = join(folder, 'config');

/** Runs one of them, and gives the last thing that was heard of it; undefined when it connected nowhere. */
async function told(argv: readonly string[], { env = {} }: Given): Promise<Heard | undefined> {
  heard.length = 0;
  const entered = ['-t', String(server.pid), '-n', '--', ...argv];
  const own = { PATH: process.env['PATH']!, HOME: folder, DOCKER_CONFIG: config };
  const { exitCode } = await execa('nsenter', entered, {
    reject: false,
    cwd: folder,
    env: { ...own, ...env },
    extendEnv: false,
    stdin: 'ignore',
  });
  // What it said has been printed by the server, and comes by a pipe.
  if (exitCode === 0) await expect.poll(() => heard.length).toBeGreaterThan(0);
  await execa('nsenter', ['-t', String(server.pid), '-n', '--', 'sh', '-c', FLUSH]);
  await expect.poll(() => heard.some(({ line }) => line === 'GET /flush HTTP/1.0')).toBe(true);
  return heard.findLast(({ line }) => line !== 'GET /flush HTTP/1.0');
}

const FLUSH = "curl -s -0 -o /dev/null 'http://127.0.0.1:4000/flush'";

/** The last request without what differs by nature: the question itself, and the client's name. */
function comparable(last: Heard | undefined, isVersioned: boolean) {
  if (last === undefined || last.tls) return last;
  const [, target = ''] = last.line!.split(' ');
  const path = target.replace(/\/(containers\/json(\?.*)?|version)$/, '').replace(isVersioned ? '' : /\/v1\.\d+$/, '');
  const headers = last.headers!.filter((line) => !/^(User-Agent|Accept-Encoding|Connection):/i.test(line));
  // A port of its own scheme is left out by docker, a socket has no host.
  const shown = headers.map((line) => (/^host:/i.test(line) ? line.replace(/:80$/, '') : line));
  return {
    at: last.at,
    path,
    headers: shown.map((line) => line.replace(/^Host: (docker|api\.moby\.localhost)$/, 'Host: a socket')).toSorted(),
  };
}

async function both(given: Given) {
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, 'config.json'), JSON.stringify(given.config ?? {}));
  const isVersioned = given.env?.['DOCKER_API_VERSION'] !== undefined;
  const docker = await told(['docker', ...(given.args ?? []), 'ps'], given);
  const ours = await told([process.execPath, join(process.cwd(), DBG), ...(given.args ?? []), 'context'], given);
  return { docker: comparable(docker, isVersioned), dbg: comparable(ours, isVersioned) };
}

const at = (place: string) => expect.objectContaining({ at: place }) as unknown;

describe.each(['-H', 'DOCKER_HOST'])('%s', (by) => {
  test.each([
    ['127.0.0.1:2375', at('127.0.0.1 2375')],
    ['127.0.0.1:4000', at('127.0.0.1 4000')],
    ['127.0.0.1', at('127.0.0.1 2375')],
    [':2376', at('127.0.0.1 2376')],
    ['tcp://', at('127.0.0.1 2375')],
    ['tcp://127.0.0.1:4000/path', at('127.0.0.1 4000')],
    ['tcp://127.0.0.1:4000/a/b/', at('127.0.0.1 4000')],
    ['127.0.0.1:4000/path', at('127.0.0.1 4000')],
    ['tcp://[::1]:2375', at('::1 2375')],
    ['  127.0.0.1:4000 ', at('127.0.0.1 4000')],
    [`unix://${socket('a.sock')}`, at(socket('a.sock'))],
    ['unix://a.sock', at(socket('a.sock'))],
    ['/a.sock', at('127.0.0.1 2375')],
    ['https://127.0.0.1:4000', undefined],
    ['http://127.0.0.1:4000', undefined],
    ['TCP://127.0.0.1:4000', undefined],
    ['tcp://127.0.0.1:abc', undefined],
    ['tcp://127.0.0.1:99999', undefined],
    ['fd://', undefined],
    ['nonsense://x', undefined],
    ['127.0.0.1 4000', undefined],
    ['ssh://', undefined],
    ['ssh://a:b@127.0.0.1', undefined],
    ['ssh://127.0.0.1?x', undefined],
  ])('%j', async (value, expected) => {
    const { docker, dbg } = await both(by === '-H' ? { args: ['-H', value] } : { env: { DOCKER_HOST: value } });
    // What is expected is what docker was seen to do: a test in which docker does nothing would compare nothing.
    expect(docker).toEqual(expected);
    expect(dbg).toEqual(docker);
  });

  test('localhost', async () => {
    const given = by === '-H' ? { args: ['-H', 'localhost'] } : { env: { DOCKER_HOST: 'localhost' } };
    const { docker, dbg } = await both(given);
    // The resolver may give either address first.
    expect(['127.0.0.1 2375', '::1 2375']).toContain((docker as { at: string }).at);
    expect({ ...dbg, at: '' }).toEqual({ ...docker, at: '' });
    expect(['127.0.0.1 2375', '::1 2375']).toContain((dbg as { at: string }).at);
  });
});

test('an IPv6 address without a port: docker connects nowhere', async () => {
  const { docker, dbg } = await both({ args: ['-H', '[::1]'] });
  expect([docker, dbg]).toEqual([undefined, at('::1 2375')]);
});

test('a user and a password in the address: dbg sends them, docker drops them', async () => {
  const { docker, dbg } = await both({ args: ['-H', 'tcp://ann:pw@127.0.0.1:4000'] });
  expect(docker).toMatchObject({ headers: ['Host: 127.0.0.1:4000'] });
  const sent = `Authorization: Basic ${Buffer.from('ann:pw').toString('base64')}`;
  expect(dbg).toMatchObject({ headers: [sent, 'Host: 127.0.0.1:4000'] });
});

describe('a context', () => {
  test.each([
    ['tcp://127.0.0.1:4000', [], at('127.0.0.1 4000')],
    ['tcp://127.0.0.1:4000/path', [], at('127.0.0.1 4000')],
    ['tcp://127.0.0.1', [], at('127.0.0.1 80')],
    ['http://127.0.0.1:4000', [], at('127.0.0.1 4000')],
    [`unix://${socket('a.sock')}`, [], at(socket('a.sock'))],
    ['tcp://127.0.0.1:4000', ['ca=ca.pem'], { at: '127.0.0.1 4000', tls: true }],
    ['tcp://127.0.0.1', ['ca=ca.pem'], { at: '127.0.0.1 443', tls: true }],
    ['tcp://127.0.0.1:4000', ['ca=ca.pem', 'cert=cert.pem', 'key=key.pem'], { at: '127.0.0.1 4000', tls: true }],
    ['tcp://127.0.0.1:4000', ['skip-tls-verify=true'], { at: '127.0.0.1 4000', tls: true }],
    ['https://127.0.0.1:4000', ['ca=ca.pem'], { at: '127.0.0.1 4000', tls: true }],
  ])('%s %j', async (host, tls, expected) => {
    await certificates();
    const env = { DOCKER_CONFIG: config, PATH: process.env['PATH']!, HOME: folder };
    mkdirSync(config, { recursive: true });
    await execa('docker', ['context', 'rm', '-f', 'it'], { env, extendEnv: false, reject: false });
    const settings = [`host=${host}`, ...tls].join(',');
    await execa('docker', ['context', 'create', 'it', '--docker', settings], { env, extendEnv: false, cwd: folder });
    for (const given of [
      { args: ['-c', 'it'] },
      { env: { DOCKER_CONTEXT: 'it' } },
      { config: { currentContext: 'it' } },
    ]) {
      const { docker, dbg } = await both(given);
      expect([docker, dbg]).toEqual([expected, expected]);
      expect(dbg).toEqual(docker);
    }
  });
});

const CERTIFICATES = ['ca.pem', 'cert.pem', 'key.pem'];

async function certificates(): Promise<void> {
  const made = ['-keyout', socket('key.pem'), '-out', socket('cert.pem')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=x'];
  await execa('openssl', ['req', '-x509', ...key, ...made]);
  await execa('cp', [socket('cert.pem'), socket('ca.pem')]);
}

describe('TLS by the environment and by options', () => {
  const files = (names: readonly string[]) => join(folder, `certs-${names.join('-') || 'none'}`);
  beforeAll(async () => {
    await certificates();
    for (const names of [[], ['ca.pem'], ['ca.pem', 'key.pem'], ['ca.pem', 'cert.pem'], CERTIFICATES]) {
      mkdirSync(files(names));
      for (const name of names) await execa('cp', [socket(name), files(names)]);
    }
  });

  test.each<[string, Given, readonly string[], unknown]>([
    ['DOCKER_TLS_VERIFY without files', { env: { DOCKER_TLS_VERIFY: '1' } }, [], undefined],
    ['DOCKER_TLS without files', { env: { DOCKER_TLS: '1' } }, [], undefined],
    ['ca.pem alone', { env: { DOCKER_TLS_VERIFY: '1' } }, ['ca.pem'], { at: '127.0.0.1 2375', tls: true }],
    ['no certificate', { env: { DOCKER_TLS_VERIFY: '1' } }, ['ca.pem', 'key.pem'], { at: '127.0.0.1 2375', tls: true }],
    ['no key', { env: { DOCKER_TLS_VERIFY: '1' } }, ['ca.pem', 'cert.pem'], { at: '127.0.0.1 2375', tls: true }],
    ['all of them', { env: { DOCKER_TLS_VERIFY: '1' } }, CERTIFICATES, { at: '127.0.0.1 2375', tls: true }],
    ['--tls', { args: ['--tls'] }, ['ca.pem'], { at: '127.0.0.1 2375', tls: true }],
    ['--tlsverify', { args: ['--tlsverify'] }, ['ca.pem'], { at: '127.0.0.1 2375', tls: true }],
    [
      'a CA that is elsewhere',
      { args: ['--tlsverify', '--tlscacert', 'ca.pem'] },
      [],
      { at: '127.0.0.1 2375', tls: true },
    ],
    ['a key that is not there', { args: ['--tlsverify', '--tlskey', 'none.pem'] }, ['ca.pem'], undefined],
  ])('%s', async (_, given, names, expected) => {
    const env = { ...given.env, DOCKER_CERT_PATH: files(names) };
    const { docker, dbg } = await both({ ...given, args: ['-H', 'tcp://127.0.0.1', ...(given.args ?? [])], env });
    expect([docker, dbg]).toEqual([expected, expected]);
  });

  test('nothing but TLS names an engine', async () => {
    const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: files(['ca.pem']) };
    const { docker, dbg } = await both({ env });
    expect([docker, dbg]).toEqual([
      { at: '127.0.0.1 2376', tls: true },
      { at: '127.0.0.1 2376', tls: true },
    ]);
  });
});

describe('headers and version', () => {
  const HEADERS = { HttpHeaders: { 'X-A': '1', 'x-b': 'two words', 'User-Agent': 'mine', Host: 'other' } };
  test.each<[string, Given, unknown]>([
    ['HttpHeaders', { config: HEADERS }, ['Host: 127.0.0.1:4000', 'X-A: 1', 'X-B: two words']],
    [
      'DOCKER_CUSTOM_HEADERS in their place',
      { config: HEADERS, env: { DOCKER_CUSTOM_HEADERS: 'X-C=3' } },
      ['Host: 127.0.0.1:4000', 'X-C: 3'],
    ],
    [
      'with blanks and quotes',
      { env: { DOCKER_CUSTOM_HEADERS: ' X-C = 3 ,"X-D=a,""b"""' } },
      ['Host: 127.0.0.1:4000', 'X-C: 3', 'X-D: a,"b"'],
    ],
    ['a name alone', { env: { DOCKER_CUSTOM_HEADERS: 'X-C' } }, undefined],
    ['a value alone', { env: { DOCKER_CUSTOM_HEADERS: '=3' } }, undefined],
    ['no CSV', { env: { DOCKER_CUSTOM_HEADERS: 'X-C="3"' } }, undefined],
  ])('%s', async (_, given, expected) => {
    const sent = (last: unknown) =>
      (last as { headers: string[] } | undefined)?.headers.map((line) =>
        line.replace(/^[\w-]+: */, (name) => name.toLowerCase()).trim(),
      );
    for (const host of ['tcp://127.0.0.1:4000', `unix://${socket('a.sock')}`]) {
      const { docker, dbg } = await both({ ...given, args: ['-H', host] });
      expect(sent(dbg)).toEqual(sent(docker));
      if (host.startsWith('tcp')) {
        const wanted = (expected as string[] | undefined)?.map((line) =>
          line.replace(/^[\w-]+: */, (name) => name.toLowerCase()),
        );
        expect(sent(docker)).toEqual(wanted);
      }
    }
  });

  test.each(['1.30', 'v1.30'])('DOCKER_API_VERSION=%s', async (version) => {
    const env = { DOCKER_API_VERSION: version };
    const { docker, dbg } = await both({ args: ['-H', 'tcp://127.0.0.1:4000/path'], env });
    expect(docker).toMatchObject({ path: '/path/v1.30' });
    expect(dbg).toEqual(docker);
  });
});

test.each<[string, readonly string[], number]>([
  ['-H and -c', ['-H', 'tcp://127.0.0.1:4000', '-c', 'x'], 2],
  ['two -H', ['-H', 'tcp://127.0.0.1:4000', '-H', 'tcp://127.0.0.1:4000'], 2],
  ['a context that is not there', ['-c', 'gone'], 125],
])('%s', async (_, args, exitCode) => {
  expect(await both({ args })).toEqual({ docker: undefined, dbg: undefined });
  const { exitCode: ours } = await execa(process.execPath, [DBG, ...args, 'context'], { reject: false });
  expect(ours).toBe(exitCode);
});
