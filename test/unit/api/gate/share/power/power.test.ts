import { describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../../../../../src/api/wire/calls/operation.ts';
import { BODIES, QUERIES } from '../../../../../../src/api/gate/share/power/bodies.ts';
import { isForm, MOST_BODY_BYTES, powerAsked, powerIn } from '../../../../../../src/api/gate/share/power/power.ts';
import { CHANGES_NOTHING, HOST_POWERS } from '../../../../../../src/api/gate/share/power/powers.ts';
import { folded, readStrictly } from '../../../../../../src/api/gate/share/power/strict-json.ts';

const inBody = (operation: string, body: unknown) =>
  powerIn(operation, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));

test('the tables are about operations', () => {
  const named = [...Object.keys(BODIES), ...Object.keys(QUERIES), ...HOST_POWERS, ...CHANGES_NOTHING];
  expect(named.filter((name) => !OPERATIONS.has(name))).toEqual([]);
});

describe('a HostConfig', () => {
  test.each([
    [{ Binds: ['/:/h'] }, 'HostConfig.Binds'],
    [{ Binds: ['data:/d'] }, 'HostConfig.Binds'],
    [{ binds: ['/:/h'] }, 'HostConfig.binds'],
    [{ Mounts: [{ Type: 'bind', Source: '/', Target: '/h' }] }, 'HostConfig.Mounts.Type'],
    [{ Mounts: [{ Type: 'volume', Source: 'data', Target: '/d' }] }, 'HostConfig.Mounts.Source'],
    [
      { Mounts: [{ Type: 'volume', VolumeOptions: { DriverConfig: { Options: { device: '/' } } } }] },
      'HostConfig.Mounts.VolumeOptions.DriverConfig',
    ],
    [{ Mounts: { Type: 'bind' } }, 'HostConfig.Mounts'],
    [{ Mounts: [['x']] }, 'HostConfig.Mounts'],
    [{ Privileged: true }, 'HostConfig.Privileged'],
    [{ Privileged: 'yes' }, 'HostConfig.Privileged'],
    [{ CapAdd: ['SYS_ADMIN'] }, 'HostConfig.CapAdd'],
    [{ PidMode: 'host' }, 'HostConfig.PidMode'],
    [{ PidMode: 'container:web' }, 'HostConfig.PidMode'],
    [{ IpcMode: 'host' }, 'HostConfig.IpcMode'],
    [{ UTSMode: 'host' }, 'HostConfig.UTSMode'],
    [{ UsernsMode: 'host' }, 'HostConfig.UsernsMode'],
    [{ CgroupnsMode: 'host' }, 'HostConfig.CgroupnsMode'],
    [{ NetworkMode: 'host' }, 'HostConfig.NetworkMode'],
    [{ NetworkMode: 'container:web' }, 'HostConfig.NetworkMode'],
    [{ NetworkMode: 'ns:/proc/1/ns/net' }, 'HostConfig.NetworkMode'],
    [{ NetworkMode: ['host'] }, 'HostConfig.NetworkMode'],
    [{ Devices: [{ PathOnHost: '/dev/sda' }] }, 'HostConfig.Devices'],
    [{ DeviceRequests: [{ Count: -1 }] }, 'HostConfig.DeviceRequests'],
    [{ DeviceCgroupRules: ['b *:* rwm'] }, 'HostConfig.DeviceCgroupRules'],
    [{ SecurityOpt: ['seccomp=unconfined'] }, 'HostConfig.SecurityOpt'],
    [{ SecurityOpt: ['no-new-privileges', 'label=disable'] }, 'HostConfig.SecurityOpt'],
    [{ SecurityOpt: ['no-new-privileges:false'] }, 'HostConfig.SecurityOpt'],
    [{ CgroupParent: '/' }, 'HostConfig.CgroupParent'],
    [{ VolumesFrom: ['web'] }, 'HostConfig.VolumesFrom'],
    [{ Links: ['db:db'] }, 'HostConfig.Links'],
    [{ Runtime: 'other' }, 'HostConfig.Runtime'],
    [{ MaskedPaths: [] }, 'HostConfig.MaskedPaths'],
    [{ ReadonlyPaths: [] }, 'HostConfig.ReadonlyPaths'],
    [{ Sysctls: { 'kernel.core_pattern': '|/x' } }, 'HostConfig.Sysctls.kernel.core_pattern'],
    [{ LogConfig: { Type: 'syslog' } }, 'HostConfig.LogConfig.Type'],
    [{ LogConfig: { Type: '', Config: { 'gelf-address': 'udp://x' } } }, 'HostConfig.LogConfig.Config.gelf-address'],
    [{ OomScoreAdj: -1000 }, 'HostConfig.OomScoreAdj'],
    [{ Unheard: {} }, 'HostConfig.Unheard'],
    [{ Memory: 1, memory: 2 }, 'HostConfig.memory'],
    ['x', 'HostConfig'],
    [[{ Privileged: true }], 'HostConfig'],
  ])('%j gives power', (HostConfig, at) => expect(inBody('ContainerCreate', { Image: 'a', HostConfig })).toBe(at));

  test.each([
    {},
    null,
    { Binds: null, Devices: [], Privileged: false, PidMode: '', Annotations: {}, MaskedPaths: null, Unheard: null },
    { Memory: 1e6, NanoCpus: 5e8, RestartPolicy: { Name: 'always' }, PidsLimit: 9, Ulimits: [{ Name: 'nofile' }] },
    { NetworkMode: 'default' },
    { NetworkMode: 'app_default' },
    { NetworkMode: 'none', IpcMode: 'private', CgroupnsMode: 'private' },
    {
      PortBindings: { '80/tcp': [{ HostPort: '8080' }] },
      Tmpfs: { '/t': 'size=1m' },
      Sysctls: { 'net.core.somaxconn': '9' },
    },
    { SecurityOpt: ['no-new-privileges'], CapDrop: ['ALL'], ReadonlyRootfs: true, Init: true },
    { LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } } },
    {
      Mounts: [
        { Type: 'tmpfs', Target: '/t', TmpfsOptions: { SizeBytes: 1 } },
        { Type: 'volume', Target: '/v' },
      ],
    },
  ])('%j gives none', (HostConfig) => expect(inBody('ContainerCreate', { Image: 'a', HostConfig })).toBeUndefined());
});

test.each([
  ['ContainerCreate', { Image: 'a', Binds: ['/:/h'] }, 'Binds'],
  ['ContainerCreate', { Image: 'a', Hoſtconfig: { Privileged: true } }, 'Hoſtconfig.Privileged'],
  ['ContainerCreate', { NetworkingConfig: { EndpointsConfig: { host: {} } } }, 'NetworkingConfig.EndpointsConfig.host'],
  [
    'ContainerCreate',
    { NetworkingConfig: { EndpointsConfig: { a: { DriverOpts: { b: 'c' } } } } },
    'NetworkingConfig.EndpointsConfig.a.DriverOpts',
  ],
  ['ContainerStart', { HostConfig: {} }, 'a body'],
  ['ContainerStart', 'x', 'a body that is no JSON'],
  ['ContainerExec', { Cmd: [], priVileged: true }, 'priVileged'],
  ['ContainerUpdate', { Memory: 1, Devices: [{}] }, 'Devices'],
  ['ContainerUpdate', { Binds: ['/:/h'] }, 'Binds'],
  ['VolumeCreate', { Driver: 'local', DriverOpts: { device: '/' } }, 'DriverOpts'],
  ['VolumeCreate', { Driver: 'nfs' }, 'Driver'],
  ['NetworkCreate', { Driver: 'macvlan' }, 'Driver'],
  ['NetworkCreate', { Options: { parent: 'eth0' } }, 'Options'],
  ['NetworkCreate', { IPAM: { Config: [{}] } }, 'IPAM.Config'],
  ['NetworkCreate', { ConfigFrom: { Network: 'x' } }, 'ConfigFrom.Network'],
  ['NetworkConnect', { Container: 'a', EndpointConfig: { DriverOpts: { a: 'b' } } }, 'EndpointConfig.DriverOpts'],
  ['SecretCreate', { Name: 'a', Driver: { Name: 'b' } }, 'Driver'],
  ['ContainerExec', '{"Cmd":[],"Privileged":true,"Privileged":false}', 'a body that names a member twice'],
  ['ContainerExec', '{"Privileged":true}{}', 'a body that is no JSON'],
  ['ContainerExec', '\ufeff{"Cmd":[]}', 'a body that is no JSON'],
  ['ContainerExec', '['.repeat(1_000_000), 'a body that is no JSON'],
  ['ContainerExec', `${'['.repeat(2000)}${']'.repeat(2000)}`, 'a body'],
  ['ContainerExec', { Env: [`A=":"${'x'.repeat(1_000_000)}\\":`] }, undefined],
  ['ContainerExec', { Cmd: ['a'], Env: [], User: '0', Tty: true }, undefined],
  ['ContainerStart', {}, undefined],
  ['ContainerStart', ' ', undefined],
  ['ContainerStart', null, undefined],
  ['VolumeCreate', { Name: 'a', Driver: 'local', DriverOpts: {}, Labels: { o: 'bind' } }, undefined],
  ['ImageCommit', null, undefined],
])('%s %j: %s', (operation, body, at) => expect(inBody(operation, body)).toBe(at));

test('a body that is too long is not judged, and gives power', () => {
  expect(powerIn('ContainerExec', undefined)).toContain(String(MOST_BODY_BYTES));
});

test.each([
  ['ContainerStart', 'checkpoint-dir=/x', 'checkpoint-dir'],
  ['ContainerStart', 'checkpoint%2Ddir=&checkpoint%2Ddir=/x', 'checkpoint-dir'],
  ['ContainerStart', 'detachKeys=a', undefined],
  ['ImageBuild', 'networkmode=host', 'networkmode'],
  ['ImageBuild', 'networkmode=bridge&networkmode=host', 'networkmode'],
  ['ImageBuild', 'networkmode=container%3Aweb', 'networkmode'],
  ['ImageBuild', 'version=2', 'version'],
  ['ImageBuild', 'networkmode=default&version=1&remote=&t=a', undefined],
  ['ImageCreate', 'fromSrc=-', 'fromSrc'],
  ['ImageCreate', 'fromImage=busybox&tag=latest', undefined],
  ['ServiceCreate', '', 'ServiceCreate'],
  ['PluginSet', '', 'PluginSet'],
  ['SwarmInspect', '', 'SwarmInspect'],
  ['ImageLoad', 'quiet=1', 'ImageLoad'],
  ['ContainerStop', 't=1', undefined],
])('%s ?%s: %s', (operation, query, at) => expect(powerAsked(operation, query)).toBe(at));

test.each([
  [[['Content-Type', 'application/json']], false],
  [[], false],
  [[['CONTENT-TYPE', 'Application/X-WWW-form-urlencoded ; a=b']], true],
  [
    [
      ['Content-Type', 'application/json'],
      ['content-type', 'application/json'],
    ],
    true,
  ],
] as [[string, string][], boolean][])('%j is a form, or might be: %s', (headers, is) =>
  expect(isForm({ headers })).toBe(is),
);

test('JSON as Go reads it', () => {
  expect(folded('ſ\u212A')).toBe('sk');
  expect(readStrictly(Buffer.from('{"a":{"a":":\\"","b":[{"a":1},{"a":1}]}}'))).toHaveProperty('value');
  expect(readStrictly(Buffer.from('{"a":{"b":1,"\\u0062":1}}'))).toHaveProperty('unclear');
  expect(readStrictly(Buffer.from('{"__proto__":{"a":1},"a":1}'))).toHaveProperty('value');
});
