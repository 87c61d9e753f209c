import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chooseEngine } from '../../../../src/engine/choice/choose-engine.ts';
import { NO_WISH, type EngineWish } from '../../../../src/engine/choice/engine-wish.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'dbg-choice-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const unix = (path: string) => ({ kind: 'unix', path });
const DEFAULT = unix('/var/run/docker.sock');
const choose = (env: Record<string, string>, wish: Partial<EngineWish> = {}, sockets = ['/var/run/docker.sock']) =>
  chooseEngine({ DOCKER_CONFIG: folder, ...env }, { ...NO_WISH, ...wish }, (path) => sockets.includes(path));
const address = async (...given: Parameters<typeof choose>) => (await choose(...given)).address;

interface Endpoint {
  readonly Host: string;
  readonly SkipTLSVerify?: boolean;
}

function writeContext(name: string, endpoint: Endpoint, tls: readonly string[] = []): void {
  const digest = createHash('sha256').update(name).digest('hex');
  mkdirSync(join(folder, 'contexts/meta', digest), { recursive: true });
  const meta = { Name: name, Metadata: {}, Endpoints: { docker: endpoint } };
  writeFileSync(join(folder, 'contexts/meta', digest, 'meta.json'), JSON.stringify(meta));
  if (tls.length === 0) return;
  mkdirSync(join(folder, 'contexts/tls', digest, 'docker'), { recursive: true });
  for (const file of tls) writeFileSync(join(folder, 'contexts/tls', digest, 'docker', file), 'PEM');
}

const config = (content: object) => writeFileSync(join(folder, 'config.json'), JSON.stringify(content));

test('the options, DOCKER_HOST, DOCKER_CONTEXT, currentContext, the default socket', async () => {
  expect(await choose({})).toMatchObject({ address: DEFAULT, source: { by: 'default' }, client: 'docker' });
  writeContext('mine', { Host: 'unix:///mine.sock' });
  writeContext('other', { Host: 'unix:///other.sock' });
  config({ currentContext: 'mine' });
  const steps: [Record<string, string>, Partial<EngineWish>, object, string][] = [
    [{}, {}, { by: 'config.json', context: 'mine' }, '/mine.sock'],
    [{ DOCKER_CONTEXT: 'other' }, {}, { by: 'DOCKER_CONTEXT', context: 'other' }, '/other.sock'],
    [{ DOCKER_CONTEXT: 'default' }, {}, { by: 'default' }, '/var/run/docker.sock'],
    [{ DOCKER_CONTEXT: 'other', DOCKER_HOST: 'unix:///host.sock' }, {}, { by: 'DOCKER_HOST' }, '/host.sock'],
    [{ DOCKER_HOST: 'unix:///host.sock' }, { context: 'mine' }, { by: '--context', context: 'mine' }, '/mine.sock'],
    // docker's context "default" is what the environment says.
    [{ DOCKER_HOST: 'unix:///host.sock' }, { context: 'default' }, { by: 'DOCKER_HOST' }, '/host.sock'],
    [{ DOCKER_HOST: 'unix:///host.sock' }, { hosts: ['unix:///typed.sock'] }, { by: '--host' }, '/typed.sock'],
  ];
  for (const [env, wish, source, path] of steps) {
    expect(await choose(env, wish)).toMatchObject({ source, address: unix(path) });
  }
});

const RUNTIME = { XDG_RUNTIME_DIR: '/run/user/7' };

test.each<[string, Record<string, string>, string[], string, string, string]>([
  [
    "Docker's socket comes first",
    RUNTIME,
    ['/var/run/docker.sock', '/run/user/7/docker.sock'],
    'default',
    'docker',
    '/var/run/docker.sock',
  ],
  [
    'rootless Docker',
    RUNTIME,
    ['/run/user/7/docker.sock', '/run/podman/podman.sock'],
    'socket',
    'docker',
    '/run/user/7/docker.sock',
  ],
  [
    'CONTAINER_HOST',
    { CONTAINER_HOST: 'unix:///p.sock' },
    ['/run/podman/podman.sock'],
    'CONTAINER_HOST',
    'podman',
    '/p.sock',
  ],
  [
    'Podman as root',
    RUNTIME,
    ['/run/podman/podman.sock', '/run/user/7/podman/podman.sock'],
    'socket',
    'podman',
    '/run/podman/podman.sock',
  ],
  [
    'Podman as a user',
    RUNTIME,
    ['/run/user/7/podman/podman.sock'],
    'socket',
    'podman',
    '/run/user/7/podman/podman.sock',
  ],
  ['none of them', RUNTIME, [], 'default', 'docker', '/var/run/docker.sock'],
  [
    'a runtime folder that is none',
    { XDG_RUNTIME_DIR: 'run' },
    ['run/docker.sock'],
    'default',
    'docker',
    '/var/run/docker.sock',
  ],
])('where nothing names an engine: %s', async (_, env, sockets, by, client, path) => {
  expect(await choose(env, {}, sockets)).toMatchObject({ source: { by }, client, address: unix(path) });
});

test('CONTAINER_HOST by ssh calls podman over there', async () => {
  expect(await address({ CONTAINER_HOST: 'ssh://ann@far:2222/run/podman/podman.sock' }, {}, [])).toEqual({
    kind: 'ssh',
    client: 'podman',
    host: 'far',
    user: 'ann',
    port: 2222,
    path: '/run/podman/podman.sock',
  });
});

test('options that do not go together', async () => {
  writeContext('mine', { Host: 'tcp://far:2376' });
  await expect(choose({}, { context: 'mine', hosts: ['a'] })).rejects.toThrow('-H and -c each name an engine');
  await expect(choose({}, { hosts: ['a', 'b'] })).rejects.toThrow('-H was given more than once');
  await expect(choose({}, { context: 'mine', tlsVerify: true })).rejects.toThrow('says itself how TLS is spoken');
});

test('TLS by the environment: the files that are there', async () => {
  const env = { DOCKER_HOST: 'tcp://far', DOCKER_CERT_PATH: folder };
  const tls = async (more: Record<string, string>, wish: Partial<EngineWish> = {}) => {
    const at = await address({ ...env, ...more }, wish);
    return at.kind === 'tcp' ? at.tls : at;
  };
  const file = (name: string) => join(folder, name);
  expect(await tls({})).toBeUndefined();
  expect(await tls({ DOCKER_TLS_VERIFY: '1' })).toEqual({ ca: file('ca.pem') });
  expect(await tls({ DOCKER_TLS: '1' })).toEqual({ ca: file('ca.pem'), acceptsAny: true });
  expect(await tls({}, { tls: true })).toEqual({ ca: file('ca.pem'), acceptsAny: true });
  writeFileSync(file('key.pem'), 'PEM');
  expect(await tls({ DOCKER_TLS_VERIFY: '1' })).toEqual({ ca: file('ca.pem'), key: file('key.pem') });
  writeFileSync(file('cert.pem'), 'PEM');
  const all = { ca: file('ca.pem'), cert: file('cert.pem'), key: file('key.pem') };
  expect(await tls({ DOCKER_TLS_VERIFY: '1' })).toEqual(all);
  expect(await tls({}, { tlsVerify: true, files: { ca: '/a', cert: '/b', key: '/c' } })).toEqual({
    ca: '/a',
    cert: '/b',
    key: '/c',
  });
  // Nothing names an engine.
  expect(await choose({ DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder })).toMatchObject({
    source: { by: 'TLS' },
    address: { kind: 'tcp', host: 'localhost', port: 2376, tls: all },
  });
});

test('TLS of a context', async () => {
  writeContext('far', { Host: 'tcp://far:2376' }, ['ca.pem']);
  writeContext('all', { Host: 'tcp://far:2376' }, ['ca.pem', 'cert.pem', 'key.pem']);
  writeContext('any', { Host: 'tcp://far:2376', SkipTLSVerify: true });
  writeContext('none', { Host: 'tcp://far:2375' });
  writeContext('https', { Host: 'https://far' });
  const tlsOf = async (context: string) => {
    const at = await address({}, { context });
    return at.kind === 'tcp' ? at.tls : at;
  };
  const pem = (name: string) => expect.stringMatching(new RegExp(`contexts/tls/\\w+/docker/${name}\\.pem$`)) as unknown;
  expect(await tlsOf('far')).toEqual({ ca: pem('ca') });
  expect(await tlsOf('all')).toEqual({ ca: pem('ca'), cert: pem('cert'), key: pem('key') });
  expect(await tlsOf('any')).toEqual({ acceptsAny: true });
  expect(await tlsOf('none')).toBeUndefined();
  expect(await address({}, { context: 'https' })).toEqual({ kind: 'tcp', host: 'far', port: 443, tls: {} });
});

test('headers and the version of the API', async () => {
  const form = async (env: Record<string, string>) => (await choose({ DOCKER_HOST: 'tcp://h', ...env })).form;
  expect(await form({})).toEqual({ headers: {} });
  config({ HttpHeaders: { 'X-A': '1', 'User-Agent': 'mine', Host: 'other' } });
  expect(await form({})).toEqual({ headers: { 'X-A': '1' }, apiVersion: undefined });
  expect(await form({ DOCKER_CUSTOM_HEADERS: 'X-B=2, X-C = 3,"X-D=a,""b"""' })).toMatchObject({
    headers: { 'X-B': '2', 'X-C': '3', 'X-D': 'a,"b"' },
  });
  expect(await form({ DOCKER_API_VERSION: 'v1.30' })).toMatchObject({ apiVersion: '1.30' });
  expect(await form({ DOCKER_HOST: 'tcp://ann:p%40ss@h' })).toMatchObject({
    headers: { Authorization: `Basic ${Buffer.from('ann:p@ss').toString('base64')}` },
  });
  config({ HttpHeaders: { authorization: 'Bearer x' } });
  expect(await form({ DOCKER_HOST: 'tcp://ann:pw@h' })).toMatchObject({ headers: { authorization: 'Bearer x' } });
});

test.each<[Record<string, string>, object, string]>([
  [{ DOCKER_CUSTOM_HEADERS: 'X' }, {}, '"X" has no value'],
  [{ DOCKER_CUSTOM_HEADERS: '=v' }, {}, 'a name is empty'],
  [{ DOCKER_CUSTOM_HEADERS: 'X="a' }, {}, 'not a line of comma-separated values'],
  [{ DOCKER_API_VERSION: '../x' }, {}, 'no version of the API'],
  [{}, { HttpHeaders: { 'X-A': 'a\r\nX-B: b' } }, 'cannot be sent'],
  [{}, { HttpHeaders: { 'X A': 'a' } }, 'cannot be sent'],
])('%j %j is refused', async (env, content, message) => {
  config(content);
  await expect(choose(env)).rejects.toThrow(message);
});

test('a context that is not there, a config that is no JSON', async () => {
  await expect(choose({ DOCKER_CONTEXT: 'gone' })).rejects.toThrow('there is no docker context "gone"');
  writeFileSync(join(folder, 'config.json'), '{');
  await expect(choose({})).rejects.toThrow('is not JSON');
});
