import { expect, test } from 'vitest';
import { asInImages, configurationItems } from '../../../../src/evidence/items/configuration-items.ts';
import { resolverItems } from '../../../../src/evidence/items/dns-items.ts';
import { bounded, item, plain } from '../../../../src/evidence/items/item.ts';
import { environmentItems, processEnvironmentItems } from '../../../../src/evidence/items/environment-items.ts';
import { mountItems } from '../../../../src/evidence/items/mount-items.ts';
import { listeningItems, networkItems, routeItems } from '../../../../src/evidence/items/network-items.ts';
import { openFileItems, processItems } from '../../../../src/evidence/items/process-items.ts';
import { rightsItems } from '../../../../src/evidence/items/rights-items.ts';
import type { ContainerProcess } from '../../../../src/process/processes.ts';
import { container, ID } from '../../fakes.ts';

const mark = (raw: string) => `<${raw}>`;
const made = (config: object, hostConfig: object = {}) =>
  configurationItems({ config: { ...config }, hostConfig: { ...hostConfig } }, ID, mark);

test('a configuration is told by the paths of docker inspect, in the section that each belongs to', () => {
  const { configuration, limits, rights, networks } = made(
    { Cmd: ['nginx', '-g'], User: '', ExposedPorts: { '80/tcp': {} }, Labels: { tier: 'web' }, Tty: false },
    {
      Memory: 64,
      CapAdd: ['NET_ADMIN'],
      NetworkMode: 'front',
      Dns: [],
      LogConfig: { Type: 'json-file', Config: {} },
      PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8080' }] },
      Binds: ['/a:/b'],
    },
  );
  expect(configuration).toEqual([
    { name: 'Config.Cmd', value: '["nginx","-g"]' },
    { name: 'Config.ExposedPorts.80/tcp', value: '{}' },
    { name: 'Config.Labels.tier', value: 'web' },
    { name: 'HostConfig.LogConfig.Type', value: 'json-file' },
  ]);
  expect(limits).toEqual([{ name: 'HostConfig.Memory', value: '64' }]);
  expect(rights).toEqual([{ name: 'HostConfig.CapAdd', value: '["NET_ADMIN"]' }]);
  expect(networks).toEqual([
    { name: 'HostConfig.NetworkMode', value: 'front' },
    { name: 'HostConfig.PortBindings.80/tcp', value: '[{"HostIp":"","HostPort":"8080"}]', nature: 'address' },
  ]);
});

test('secrets of a configuration are left out, and told apart by their marks', () => {
  const { configuration } = made({
    Cmd: ['mysql', '--password=hunter22'],
    Labels: { 'api.token': 's3cret-value', [`x=token=abcdefgh`]: 'y' },
  });
  expect(configuration.map(({ name, value }) => `${name}=${value}`).join('\n')).not.toMatch(/hunter22|s3cret-value/);
  expect(configuration.find(({ name }) => name === 'Config.Labels.api.token')).toEqual({
    name: 'Config.Labels.api.token',
    value: '[redacted]',
    mark: '<s3cret-value>',
  });
});

test('of a configuration, what an image has a say in', () => {
  const { configuration } = made({ Cmd: ['a'], Hostname: 'box', Labels: { a: '1' }, Tty: true });
  expect(asInImages(configuration).map(({ name }) => name)).toEqual(['Config.Cmd', 'Config.Labels.a']);
});

test.each([
  [{ Hostname: ID.slice(0, 12) }, 'id'],
  [{ Hostname: 'db' }, undefined],
  [{ Labels: { 'com.docker.compose.container-number': '2' } }, 'id'],
])('%j differs by nature: %s', (config, nature) => {
  expect(made(config).configuration[0]?.nature).toBe(nature);
});

test('variables by name, without secrets', () => {
  const env = ['MODE=late', 'DB_PASSWORD=hunter22', `HOSTNAME=${ID.slice(0, 12)}`, 'LINE=a\nb=c'];
  expect(environmentItems(env, ID, mark)).toEqual([
    { name: 'DB_PASSWORD', value: '[redacted]', mark: '<hunter22>' },
    { name: 'HOSTNAME', value: ID.slice(0, 12), nature: 'id' },
    { name: 'LINE', value: 'a\nb=c' },
    { name: 'MODE', value: 'late' },
  ]);
});

test('of the first process, the variables that an item point has changed', () => {
  const variable = (name: string, process: string | undefined, configured: string | undefined) => {
    return { name, process, configured, isSame: process === configured };
  };
  const all = [
    variable('A', '1', '1'),
    variable('B', '2', '1'),
    variable('GONE', undefined, '1'),
    variable('HOME', '/root', undefined),
    variable('PATH', '/bin', '/usr/bin'),
  ];
  expect(processEnvironmentItems(all, ID, mark)).toEqual([
    { name: 'B', value: '2' },
    { name: 'GONE', value: 'unset' },
    { name: 'PATH', value: '/bin' },
  ]);
});

test('mounts: a volume without a name is called by random digits', () => {
  const mount = { type: 'volume', source: '/v', destination: '/data', isWritable: true };
  const from = (name: string) => mountItems({ mounts: [{ ...mount, name }] })[1];
  expect(from('a'.repeat(64))?.nature).toBe('id');
  expect(from('shop')).toEqual({ name: '/data from', value: 'shop' });
});

test('networks: addresses differ by nature, and the short id is no alias', () => {
  const networks = [
    { network: 'front', networkId: 'n', mac: '02:42', addresses: ['172.18.0.2/16'], aliases: [ID.slice(0, 12), 'api'] },
  ];
  expect(networkItems(container({ networks }))).toEqual([
    plain('front', 'joined'),
    plain('front aliases', 'api'),
    plain('front id', 'n', 'id'),
    plain('front addresses', '172.18.0.2/16', 'address'),
    plain('front MAC address', '02:42', 'address'),
  ]);
});

test("listening sockets: Docker's DNS and a client's port differ by nature", () => {
  const socket = { protocol: 'tcp', address: '0.0.0.0', port: 80, waiting: 0, most: 128 } as const;
  expect(
    listeningItems([
      socket,
      { ...socket, address: '::1' },
      { ...socket, address: '127.0.0.11', port: 40123 },
      { ...socket, protocol: 'udp', port: 53 },
      { ...socket, protocol: 'udp', port: 51000 },
    ]),
  ).toEqual([
    plain('tcp 0.0.0.0:80', 'reached from outside, queue of 128'),
    plain("tcp 127.0.0.11 (Docker's DNS)", 'port 40123', 'id'),
    plain('tcp [::1]:80', 'reached from the container alone, queue of 128'),
    plain('udp 0.0.0.0, a port that the kernel chose', 51000, 'id'),
    plain('udp 0.0.0.0:53', 'reached from outside'),
  ]);
});

test('two routes to one destination are both kept', () => {
  const to = 'IPv4 default';
  expect(
    routeItems([
      { to, way: 'dev a' },
      { to, way: 'dev b' },
    ]).map(({ name }) => name),
  ).toEqual([to, `${to} (2)`]);
});

test('resolv.conf and hosts: the own line differs by nature', () => {
  const hosts = `127.0.0.1 localhost\n172.18.0.2 ${ID.slice(0, 12)}\n# x\n10.0.0.1 db db.local\n`;
  expect(resolverItems('nameserver 127.0.0.11\noptions ndots:0\n', hosts, ID)).toEqual([
    plain('nameservers', '127.0.0.11'),
    plain('search', 'none'),
    plain('ndots', 0),
    plain('options', 'ndots:0'),
    plain('hosts: localhost', '127.0.0.1'),
    plain('hosts: itself', '172.18.0.2', 'address'),
    plain('hosts: db db.local', '10.0.0.1'),
  ]);
});

const running = (argv: readonly string[], over: Partial<ContainerProcess> = {}): ContainerProcess => ({
  pid: 1,
  containerPid: 1,
  parent: 0,
  hostUid: 0,
  user: { uid: 0, name: 'root' },
  state: 'S',
  cpuPercent: 0,
  rssBytes: 0,
  elapsedSeconds: 0,
  argv,
  command: 'x',
  ...over,
});

test('processes are counted by their command lines, without secrets', () => {
  expect(
    processItems(
      [
        running(['worker']),
        running(['worker'], { state: 'R', user: { uid: 33, name: undefined } }),
        running([], { state: 'Z', command: 'sh' }),
        running(['mysql', '--password=hunter22']),
      ],
      mark,
    ),
  ).toEqual([
    plain('[sh] (zombie)', '1 of user root'),
    { ...plain('mysql --password=[redacted]', '1 of user root'), mark: '<mysql --password=hunter22>' },
    plain('worker', '2 of user 33, root'),
  ]);
});

test('the kernel may say of the processes of a paused container that they wait in it', () => {
  const frozen = [running(['worker'], { state: 'D' })];
  expect(processItems(frozen, mark, true)).toEqual([plain('worker', '1 of user root')]);
  expect(processItems(frozen, mark)).toEqual([plain('worker (waits in the kernel)', '1 of user root')]);
});

test('open files are measures', () => {
  const counts = new Map([
    ['sockets', 3],
    ['pipes', 1],
  ]);
  expect(openFileItems({ counts, left: 0 }, mark)).toEqual([
    plain('pipes', 1, 'measure'),
    plain('sockets', 3, 'measure'),
  ]);
});

test('rights: each capability by its name', () => {
  const rights = {
    uid: 0,
    gid: 0,
    groups: [20, 10],
    capabilities: [0],
    mostCapabilities: [0, 13],
    hasSeccompFilter: true,
    noNewPrivileges: false,
    label: undefined,
  };
  const items = rightsItems(rights, [{ type: 'net', isHosts: true }]);
  expect(items).toContainEqual(plain('CAP_CHOWN', 'in force'));
  expect(items.find(({ name }) => name === 'CAP_NET_RAW')?.value).toMatch(/not in force/);
  expect(items).toContainEqual(plain('net namespace', "the host's"));
  expect(items).toContainEqual(plain('further groups', '10 20'));
});

test('long values are cut, and still told apart; of too many items the rest is counted', () => {
  const long = item('a', 'x'.repeat(3000), { mark });
  expect(long.value).toHaveLength(2001);
  expect(long.mark).toBe(`<${'x'.repeat(3000)}>`);
  const many = bounded(Array.from({ length: 6000 }, (_, at) => plain(String(at), at)));
  expect(many).toHaveLength(5001);
  expect(many.at(-1)?.value).toBe('1000');
});
