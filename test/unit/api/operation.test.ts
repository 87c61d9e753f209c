import { expect, test } from 'vitest';
import { operationOf } from '../../../src/api/operation.ts';

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
  [' ', ''],
])('%s', ([request, name, wanted]) => {
  const [method = '', target = ''] = request.split(' ');
  const { name: found, subject } = operationOf(method, target);
  expect([found, subject && `${subject.kind} ${subject.ref}`]).toEqual([name, wanted]);
});

test('version, path and query are told apart', () => {
  expect(operationOf('GET', '/v1.41/containers/json?all=1&x=?')).toMatchObject({
    version: '1.41',
    path: '/containers/json',
    query: 'all=1&x=?',
  });
  expect(operationOf('GET', '/v1/info')).toMatchObject({ version: '1', path: '/info', query: '' });
});
