import { expect, test } from 'vitest';
import { operationOf } from '../../../src/api/operation.ts';

test.each([
  ['GET', '/_ping', 'SystemPing', undefined, undefined],
  ['HEAD', '/_ping', 'SystemPing', undefined, undefined],
  ['GET', '/v1.41/containers/json?all=1', 'ContainerList', undefined, '1.41'],
  ['GET', '/v1.41/containers/web/json', 'ContainerInspect', 'container web', '1.41'],
  ['DELETE', '/containers/web?force=1', 'ContainerDelete', 'container web', undefined],
  ['GET', '/containers/web/attach/ws', 'ContainerAttachWebsocket', 'container web', undefined],
  ['POST', '/exec/abc/start', 'ExecStart', 'exec abc', undefined],
  ['GET', '/images/a/b/c:1/json', 'ImageInspect', 'image a/b/c:1', undefined],
  ['DELETE', '/images/a/b', 'ImageDelete', 'image a/b', undefined],
  ['GET', '/volumes/a%20b', 'VolumeInspect', 'volume a b', undefined],
  ['GET', '/volumes/%zz', 'VolumeInspect', 'volume %zz', undefined],
  ['GET', 'http://docker/v1.43/info', 'SystemInfo', undefined, '1.43'],
  ['POST', '/session', 'Session', undefined, undefined],
  ['GET', '/nothing/of/this', '', undefined, undefined],
  ['PRI', '*', '', undefined, undefined],
  ['', '', '', undefined, undefined],
])('%s %s is %s', (method, target, name, subject, version) => {
  const operation = operationOf(method, target);
  expect(operation.name).toBe(name);
  expect(operation.subject && `${operation.subject.kind} ${operation.subject.ref}`).toBe(subject);
  expect(operation.version).toBe(version);
});
