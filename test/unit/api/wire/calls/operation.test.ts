import { expect, test } from 'vitest';
import { operationOf } from '../../../../../src/api/wire/calls/operation.ts';

test.for<[request: string, name: string, subject?: string]>([
  ['GET /_ping', 'SystemPing'],
  ['HEAD /_ping', 'SystemPing'],
  ['GET /v1.41/version', 'SystemVersion'],
  ['GET /v1.41/events?filters=%7B%7D', 'SystemEvents'],
  ['POST /session', 'Session'],
  ['POST /v1.41/build?t=a', 'ImageBuild'],
  ['POST /build/prune', 'BuildPrune'],
  ['GET /containers/json?all=1', 'ContainerList'],
  ['POST /containers/create?name=web', 'ContainerCreate'],
  ['GET /containers/web/json', 'ContainerInspect', 'container web'],
  ['DELETE /containers/web?force=1', 'ContainerDelete', 'container web'],
  ['HEAD /containers/web/archive?path=/', 'ContainerArchive', 'container web'],
  ['PUT /containers/web/archive?path=/', 'PutContainerArchive', 'container web'],
  ['POST /containers/web/attach', 'ContainerAttach', 'container web'],
  ['GET /containers/web/attach/ws', 'ContainerAttachWebsocket', 'container web'],
  ['POST /containers/json/start', 'ContainerStart', 'container json'],
  ['POST /exec/abc/start', 'ExecStart', 'exec abc'],
  ['GET /images/json', 'ImageList'],
  ['GET /images/get?names=a', 'ImageGetAll'],
  ['GET /images/registry:5000/a/b:c/json', 'ImageInspect', 'image registry:5000/a/b:c'],
  ['DELETE /images/a/b', 'ImageDelete', 'image a/b'],
  ['POST /images/a%2Fb/tag', 'ImageTag', 'image a/b'],
  ['POST /plugins/a/b/enable', 'PluginEnable', 'plugin a/b'],
  ['GET /distribution/a/b/json', 'DistributionInspect', 'distribution a/b'],
  ['POST /networks/n/connect', 'NetworkConnect', 'network n'],
  ['GET /networks', 'NetworkList'],
  ['GET /volumes', 'VolumeList'],
  ['POST /swarm/join', 'SwarmJoin'],
  ['GET http://docker/v1.41/info', 'SystemInfo'],
  ['GET /containers/web/nothing', '', 'container web'],
  ['GET /containers/a/b/c', '', 'container a'],
  ['GET /nothing', ''],
  ['BREW /containers/web/json', '', 'container web'],
  ['GET /containers/a%zz/json', 'ContainerInspect', 'container a%zz'],
  ['GET /__proto__/x', ''],
  ['GET /containers/constructor/json', 'ContainerInspect', 'container constructor'],
  ['GET *', ''],
  ['GET /v4.3.1/libpod/containers/json?all=true', 'ContainerListLibpod'],
  ['GET /libpod/_ping', 'SystemPing'],
  ['HEAD /libpod/_ping', 'SystemPing'],
  ['GET /v5.0.0/libpod/info', 'SystemInfoLibpod'],
  ['GET /v4.3.1/libpod/containers/web/json', 'ContainerInspectLibpod', 'container web'],
  ['GET /v4.3.1/libpod/containers/web/exists', 'ContainerExistsLibpod', 'container web'],
  ['GET /v4.3.1/libpod/containers/stats', 'ContainersStatsAllLibpod'],
  ['DELETE /v4.3.1/libpod/containers/web?force=true', 'ContainerDeleteLibpod', 'container web'],
  ['POST /libpod/containers/create', 'ContainerCreateLibpod'],
  ['POST /libpod/containers/create/start', 'ContainerStartLibpod', 'container create'],
  ['POST /libpod/exec/abc/start', 'ExecStartLibpod', 'exec abc'],
  ['POST /libpod/pods/create', 'PodCreateLibpod'],
  ['POST /v4.3.1/libpod/pods/p/stop', 'PodStopLibpod', 'pod p'],
  ['GET /libpod/images/registry:5000/a/b:c/json', 'ImageInspectLibpod', 'image registry:5000/a/b:c'],
  ['GET /libpod/images/a%2Fb/exists', 'ImageExistsLibpod', 'image a/b'],
  ['DELETE /libpod/images/a/b', 'ImageDeleteLibpod', 'image a/b'],
  ['DELETE /libpod/images/remove', 'ImageDeleteAllLibpod'],
  ['POST /libpod/images/pull?reference=a', 'ImagePullLibpod'],
  ['POST /libpod/manifests/a/b/registry/docker.io/x', 'ManifestPushLibpod', 'manifest a/b'],
  ['GET /libpod/networks/podman/json', 'NetworkInspectLibpod', 'network podman'],
  ['POST /libpod/secrets/create?name=s', 'SecretCreateLibpod'],
  ['GET /libpod/generate/web/systemd', 'GenerateSystemdLibpod'],
  ['POST /libpod/play/kube', 'PlayKubeLibpod'],
  ['GET /libpod/system/df', 'SystemDataUsageLibpod'],
  ['GET /libpod/nothing', ''],
  ['GET /libpod', ''],
  ['BREW /libpod/containers/web/json', '', 'container web'],
  ['GET /libpod/constructor/json', ''],
  [' ', ''],
])('%s', ([request, name, wanted]) => {
  const [method = '', target = ''] = request.split(' ');
  const { name: found, subject } = operationOf(method, target);
  expect([found, subject && `${subject.kind} ${subject.ref}`]).toEqual([name, wanted]);
});

test.for([
  ['GET /libpod/containers/web/logs', 'ContainerLogs'],
  ['POST /libpod/containers/web/attach', 'ContainerAttach'],
  ['GET /containers/web/logs', 'ContainerLogs'],
  ['GET /libpod/pods/json', 'PodList'],
  ['GET /nothing', ''],
])('%s is like %s', ([request = '', like]) => {
  const [method = '', target = ''] = request.split(' ');
  expect(operationOf(method, target).like).toBe(like);
});

test('version, path and query are told apart', () => {
  expect(operationOf('GET', '/v1.41/containers/json?all=1&x=?')).toMatchObject({
    version: '1.41',
    path: '/containers/json',
    query: 'all=1&x=?',
  });
  expect(operationOf('GET', '/v1/info')).toMatchObject({ version: '1', path: '/info', query: '' });
});
