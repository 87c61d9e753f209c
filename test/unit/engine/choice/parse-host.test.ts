import { expect, test } from 'vitest';
import { addressText } from '../../../../src/engine/address.ts';
import { parseContextHost, parseHost } from '../../../../src/engine/choice/parse-host.ts';

const tcp = (host: string, port: number, path?: string) => ({
  kind: 'tcp',
  host,
  port,
  tls: undefined,
  ...(path !== undefined && { path }),
});
const ssh = (host: string, user?: string, port?: number, path?: string) => ({
  kind: 'ssh',
  client: 'docker',
  host,
  user,
  port,
  path,
});

// What docker 28.2 makes of the same texts is compared in test/engine/context-docker.test.ts.
test.each([
  ['', { kind: 'unix', path: '/var/run/docker.sock' }],
  ['unix:///run/docker.sock', { kind: 'unix', path: '/run/docker.sock' }],
  ['unix://', { kind: 'unix', path: '/var/run/docker.sock' }],
  ['unix://here.sock', { kind: 'unix', path: 'here.sock' }],
  ['tcp://10.0.0.1', tcp('10.0.0.1', 2375)],
  ['tcp://', tcp('localhost', 2375)],
  [':2376', tcp('localhost', 2376)],
  ['localhost', tcp('localhost', 2375)],
  [' 127.0.0.1:2375 ', tcp('127.0.0.1', 2375)],
  ['tcp://[::1]:2377/', tcp('::1', 2377)],
  ['[fe80::1%eth0]', tcp('fe80::1%eth0', 2375)],
  ['tcp://h:1/team/engine/', tcp('h', 1, '/team/engine')],
  ['ssh://far', ssh('far')],
  ['ssh://ann@far:2222', ssh('far', 'ann', 2222)],
  ['ssh://ann@[::1]:22/run/docker.sock', ssh('::1', 'ann', 22, '/run/docker.sock')],
  ['ssh://far/', ssh('far')],
])('-H %j', (host, address) => expect(parseHost(host, undefined).address).toEqual(address));

test('a user and a password are kept apart from the address', () => {
  const { address, credentials } = parseHost('tcp://ann:s%3Acret@h:1/p', undefined);
  expect(credentials).toBe('ann:s:cret');
  expect(addressText(address)).toBe('tcp://h:1/p');
});

test.each([
  ['tcp://h', tcp('h', 80)],
  ['http://h:1', tcp('h', 1)],
  ['https://h', { ...tcp('h', 443), tls: {} }],
  ['unix:///s', { kind: 'unix', path: '/s' }],
  ['ssh://far', ssh('far')],
])('a context with %s', (host, address) => expect(parseContextHost(host, undefined).address).toEqual(address));

test.each([
  'https://h:2376',
  'http://x',
  'TCP://h',
  'fd://',
  'npipe:////./pipe/docker_engine',
  'nonsense://x',
  'tcp://127.0.0.1:99999',
  'tcp://127.0.0.1:abc',
  'tcp://a\u0007b',
  'a b',
  'tcp://h\\x',
  'tcp://[::1',
  'unix://tcp://x',
  'ssh://',
  'ssh://h?x=1',
  'ssh://h#x',
  'ssh://-oProxyCommand=reboot',
  'ssh://-l@h',
  'ssh://h:123456',
  'ssh://a b',
])('-H %j is refused', (host) => expect(() => parseHost(host, undefined)).toThrow("is not an engine's address"));

test('no error repeats a password', () => {
  expect(() => parseHost('ssh://ann:s3cret@h', undefined)).toThrow('may hold no password');
  expect(() => parseHost('nonsense://ann:s3cret@h', undefined)).toThrow(/^(?!.*s3cret)/);
});
