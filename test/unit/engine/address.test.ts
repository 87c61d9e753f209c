import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { engineAddress, engineSource, parseHost } from '../../../src/engine/address.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'dbg-address-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const unix = (path: string) => ({ kind: 'unix', path });
const DEFAULT = unix('/var/run/docker.sock');

function writeContext(name: string, host: string, withTls = false): void {
  const digest = createHash('sha256').update(name).digest('hex');
  mkdirSync(join(folder, 'contexts/meta', digest), { recursive: true });
  writeFileSync(
    join(folder, 'contexts/meta', digest, 'meta.json'),
    JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }),
  );
  if (!withTls) return;
  mkdirSync(join(folder, 'contexts/tls', digest, 'docker'), { recursive: true });
  writeFileSync(join(folder, 'contexts/tls', digest, 'docker/ca.pem'), 'PEM');
}

test.each([
  ['unix:///run/docker.sock', unix('/run/docker.sock')],
  ['tcp://10.0.0.1', { kind: 'tcp', host: '10.0.0.1', port: 2375, tls: undefined }],
  ['tcp://[::1]:2377/', { kind: 'tcp', host: '::1', port: 2377, tls: undefined }],
])('%s', (host, address) => expect(parseHost(host, undefined)).toEqual(address));

test.each([
  ['ssh://me@far', 'is on another machine'],
  ['http://x', 'is not an engine'],
  ['tcp://user:pw@x', 'is not an engine'],
  ['unix://relative', 'is not an engine'],
  ['nonsense', 'is not an engine'],
  ['tcp://127.0.0.1:99999', 'is not an engine'],
  ['tcp://a\u0007b', 'is not an engine'],
])('%s is refused', (host, message) => expect(() => parseHost(host, undefined)).toThrow(message));

test('nothing said: the default socket', async () => {
  expect(await engineAddress({ HOME: folder })).toEqual(DEFAULT);
});

test("docker's order: DOCKER_HOST, DOCKER_CONTEXT, currentContext", async () => {
  const env = { DOCKER_CONFIG: folder };
  writeContext('mine', 'unix:///mine.sock');
  writeContext('other', 'unix:///other.sock');
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ currentContext: 'mine' }));
  expect(await engineAddress(env)).toEqual(unix('/mine.sock'));
  expect(await engineAddress({ ...env, DOCKER_CONTEXT: 'other' })).toEqual(unix('/other.sock'));
  expect(await engineAddress({ ...env, DOCKER_CONTEXT: 'default' })).toEqual(DEFAULT);
  expect(await engineAddress({ ...env, DOCKER_CONTEXT: 'other', DOCKER_HOST: 'unix:///host.sock' })).toEqual(
    unix('/host.sock'),
  );
  expect(engineSource(env)).toEqual({ by: 'config.json', context: 'mine' });
  expect(engineSource({ ...env, DOCKER_CONTEXT: 'other' })).toEqual({ by: 'DOCKER_CONTEXT', context: 'other' });
  expect(engineSource({ ...env, DOCKER_CONTEXT: 'default' })).toEqual({ by: 'default' });
  expect(engineSource({ ...env, DOCKER_HOST: 'unix:///host.sock' })).toEqual({ by: 'DOCKER_HOST' });
});

test('TLS files: of the environment, of a context', async () => {
  writeContext('far', 'tcp://far:2376', true);
  const ofContext = await engineAddress({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'far' });
  expect(ofContext).toMatchObject({
    kind: 'tcp',
    tls: { ca: expect.stringMatching(/contexts\/tls\/\w+\/docker\/ca\.pem$/) },
  });
  const ofEnvironment = await engineAddress({
    DOCKER_HOST: 'tcp://far',
    DOCKER_TLS_VERIFY: '1',
    DOCKER_CERT_PATH: '/certs',
  });
  expect(ofEnvironment).toMatchObject({ port: 2376, tls: { cert: '/certs/cert.pem' } });
  expect(await engineAddress({ DOCKER_HOST: 'tcp://far', DOCKER_TLS: '1', DOCKER_CERT_PATH: '/certs' })).toEqual(
    ofEnvironment,
  );
});

test('a context that is not there, a config that is no JSON', async () => {
  await expect(engineAddress({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'gone' })).rejects.toThrow(
    'there is no docker context "gone"',
  );
  writeFileSync(join(folder, 'config.json'), '{');
  await expect(engineAddress({ DOCKER_CONFIG: folder })).rejects.toThrow('is not JSON');
});

test('the hint for an ssh engine is safe to paste', () => {
  const hint = () => parseHost('ssh://a;reboot', undefined);
  expect(hint).toThrow(
    expect.objectContaining({ next: [expect.objectContaining({ command: "ssh -t 'a;reboot' dbg …" })] }),
  );
});
