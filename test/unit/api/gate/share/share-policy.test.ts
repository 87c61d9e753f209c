import { describe, expect, test } from 'vitest';
import { operationOf, OPERATION_PATHS } from '../../../../../src/api/wire/calls/operation.ts';
import {
  bodyRefusal,
  comesFromPage,
  parsePolicy,
  parseRule,
  refusal,
  type Policy,
} from '../../../../../src/api/gate/share/share-policy.ts';
import { namedSubject, powersOf } from '../../../../../src/api/gate/share/power/powers.ts';

type Headers = readonly (readonly [string, string])[];
const request = (line: string, headers: Headers = []) => {
  const [method, target] = line.split(' ') as [string, string];
  return { method, target, version: '1.1', headers, doubts: [] };
};
const policy = ({
  allow = [],
  deny = [],
  readOnly = false,
}: {
  allow?: string[];
  deny?: string[];
  readOnly?: boolean;
}) => ({
  rules: [...allow.map((rule) => parseRule('allow', rule)), ...deny.map((rule) => parseRule('deny', rule))],
  readOnly,
});
const lets = (by: Policy, line: string, headers?: Headers) => refusal(by, request(line, headers)) === undefined;

test('what Podman’s own API does is not judged, and not let through', () => {
  for (const by of [policy({ deny: ['ContainerKill'] }), policy({ readOnly: true }), policy({ allow: ['GET /**'] })]) {
    for (const path of ['/libpod/containers/json', '/v4.3.1/libpod/info', '/libpod/containers/web/kill']) {
      expect(refusal(by, request(`GET ${path}`))).toMatch(/^not an operation that dbg knows$|^API 4/);
    }
  }
});

test('without a rule all is let through but HTTP/2, in which calls would hide', () => {
  const none = policy({});
  expect(lets(none, 'POST /v1.41/containers/create')).toBe(true);
  expect(lets(none, 'GET //odd/../path')).toBe(true);
  expect(lets(none, 'PRI *')).toBe(false);
  expect(lets(none, 'GET /info', [['HTTP2-Settings', 'AAMAAABk']])).toBe(false);
  expect(lets(none, 'GET /info', [['Upgrade', 'H2C']])).toBe(false);
  expect(lets(none, 'POST /v1.41/grpc', [['Upgrade', 'h2c']])).toBe(false);
  expect(lets(none, 'POST /exec/1/start', [['Upgrade', 'tcp']])).toBe(true);
});

describe('an allow list', () => {
  const list = policy({
    allow: [
      'GET /containers/*/json',
      'POST /containers/web/restart',
      'GET,DELETE /images/*/json',
      'ContainerTop',
      'GET /volumes/**',
    ],
    deny: ['GET /containers/db*/json'],
  });
  test.each([
    ['GET /containers/web/json', true],
    ['HEAD /v1.41/containers/web/json?size=1', true],
    ['POST /v1.24/containers/web/restart?t=5', true],
    ['GET /images/registry/team/app:1/json', true],
    ['GET /containers/x/top', true],
    ['GET /volumes/data', true],
    ['HEAD /_ping', true],
    ['GET /containers/db1/json', false],
    ['GET /containers/json', false],
    ['POST /containers/webs/restart', false],
    ['POST /containers/web/restart/', false],
    ['POST /containers/create', false],
    ['GET /volumes', false],
  ])('%s: %s', (line, isLet) => expect(lets(list, line)).toBe(isLet));
});

test('a deny wins, and what no operation is goes nowhere', () => {
  const list = policy({
    allow: ['* /**'],
    deny: ['POST /containers/*/exec', 'ImagePush', '* /images/*/tag', 'GET /_ping'],
  });
  expect(lets(list, 'POST /containers/web/start')).toBe(true);
  for (const line of [
    'POST /containers/web/exec',
    'POST /containers/a/b/exec',
    'POST /images/a/b/push',
    'POST /images/a/b/tag',
    'GET /_ping',
    'GET /unheard/of',
    'DELETE /volumes/a/b',
  ]) {
    expect(lets(list, line), line).toBe(false);
  }
});

test('a slash at the end is no other way to say it', () => {
  expect(lets(policy({ deny: ['GET /networks'] }), 'GET /networks/')).toBe(false);
  expect(lets(policy({ allow: ['GET /networks/*'] }), 'GET /v1.41/networks/')).toBe(false);
  expect(lets(policy({ allow: ['GET /networks/*'] }), 'GET /v1.41/networks/web')).toBe(true);
});

test('a link of a container is no other name for the one that it leads to', () => {
  for (const by of [{ allow: ['* /containers/web/**'] }, { deny: ['* /containers/db/**'] }]) {
    for (const path of ['web/thedb/exec', 'web%2fthedb/exec'])
      expect(lets(policy(by), `POST /containers/${path}`)).toBe(false);
  }
});

test('* in the place of a name is all of it, with slashes, whatever stands behind', () => {
  const rules = policy({ deny: ['POST /images/*/*', 'DELETE /images/*', '* /plugins/*/set'] });
  for (const call of [
    'POST /images/a/push',
    'POST /images/a/b/push',
    'POST /images/images/images/tag',
    'DELETE /images/a/b',
    'POST /plugins/a/b/set',
  ])
    expect(lets(rules, call), call).toBe(false);
  expect(lets(rules, 'GET /images/a/b/json')).toBe(true);
  expect(lets(policy({ allow: ['GET /images/*'] }), 'GET /images/json')).toBe(true);
  expect(lets(policy({ allow: ['GET /images/*'] }), 'GET /images/a/b/json')).toBe(false);
});

test('a path longer than any of docker’s goes nowhere', () => {
  expect(lets(policy({ deny: ['ImagePush'] }), `GET /images/${'a'.repeat(9000)}/json`)).toBe(false);
});

test.each([
  'POST /v1/containers/create',
  'POST /v1.41.0/containers/create',
  'POST /v1.41./containers/create',
  'POST /v01.41/containers/create',
  'POST /%63ontainers/create',
  'POST /v1.41%2Fcontainers/create',
  'POST /containers%2fcreate',
  'POST /containers/./create',
  'POST /containers//create',
  'POST /x/../containers/create',
  'POST /x/%2e%2e/containers/create',
  'POST /containers/create%3Fx',
  'POST /containers/create%',
  'POST http://docker/containers/create',
  'POST containers/create',
  'POST /containers/create#x',
  'post /containers/create',
  'Post /containers/create',
])('%s does not come by a deny, an allow list or read-only', (line) => {
  expect(lets(policy({ deny: ['POST /containers/create'] }), line)).toBe(false);
  expect(lets(policy({ allow: ['GET /**'] }), line)).toBe(false);
  expect(lets(policy({ readOnly: true }), line)).toBe(false);
});

describe('read-only', () => {
  const readOnly = policy({
    readOnly: true,
    allow: ['POST /containers/web/restart', 'GET /**'],
    deny: ['ContainerArchive'],
  });
  test.each([
    ['GET /containers/json?all=1', true],
    ['GET /events', true],
    ['GET /containers/web/logs?follow=1', true],
    ['GET /containers/web/archive?path=/etc', false],
    ['POST /containers/web/restart', false],
    ['GET /swarm', false],
    ['GET /swarm/unlockkey', false],
    ['GET /containers/web/attach/ws', false],
    ['DELETE /containers/web', false],
    ['POST /containers/prune', false],
    ['OPTIONS /info', false],
  ])('%s: %s', (line, isLet) => expect(lets(readOnly, line)).toBe(isLet));
  test('no upgrade', () => expect(lets(readOnly, 'GET /info', [['Upgrade', 'tcp']])).toBe(false));
});

test.each([
  'containers',
  'POST containers/create',
  'GET /v1.41/info',
  'post /build',
  'GET /a b',
  'ContainerLst',
  'GET /info?x=1',
  'DELET /containers/*',
  'GET,BREW /info',
  'DELETE /container/*',
  'GET /networks/',
  'POST /containers/web/restrt',
  'GET /containers/web',
  '',
])('"%s" is no rule', (text) => expect(() => parseRule('deny', text)).toThrow(/is no rule/));

test('a rule about each operation is one', () => {
  for (const { name, method, path } of OPERATION_PATHS) {
    expect([...parseRule('deny', `${method} ${path}`).operations]).toContain(name);
    expect(operationOf(method, path.replace('**', 'a/b').replace('*', 'x')).name).toBe(name);
  }
  expect(OPERATION_PATHS.find(({ name }) => name === 'ContainerAttachWebsocket')?.path).toBe('/containers/*/attach/ws');
});

test('a policy file', () => {
  const rules = parsePolicy('# all\nallow GET /info  # once\n\n  deny ContainerExec\r\n', 'a.policy');
  expect(rules.map(({ effect, text }) => [effect, text])).toEqual([
    ['allow', 'GET /info'],
    ['deny', 'ContainerExec'],
  ]);
  expect(() => parsePolicy('allow GET /info\npermit GET /x', 'a.policy')).toThrow('line 2 of a.policy is no rule');
});

test.each([
  ['POST /containers/web/exec', ['ContainerExec']],
  ['POST /containers/*/exec with power', ['ContainerExec']],
  ['* /containers/web/exec', ['ContainerExec']],
  ['POST /containers/web/e*', ['ContainerExec']],
  ['POST /containers/web/*', ['ContainerExec', 'ContainerAttach']],
  ['* /build', ['ImageBuild']],
  ['POST /services/create', []],
  ['POST /services/create with power', ['ServiceCreate']],
  ['ContainerCreate', ['ContainerCreate']],
  ['GET /**', ['ContainerAttachWebsocket']],
  ['GET /** with power', ['SwarmInspect', 'SwarmUnlockkey']],
  ['POST /containers/*/restart', []],
])('%s gives away %j', (rule, powers) => expect(powersOf(parseRule('allow', rule))).toEqual(powers));

test.each([
  ['POST /containers/web/exec', 'web'],
  ['DELETE /containers/web', 'web'],
  ['DELETE /networks/web', 'web'],
  ['POST /images/web/tag', 'web'],
  ['DELETE /volumes/data', undefined],
  ['POST /containers/*/exec', undefined],
  ['POST /containers/create', undefined],
  ['ContainerExec', undefined],
])('%s names %s, which has other names', (rule, name) =>
  expect(namedSubject(parseRule('deny', rule))?.name).toBe(name),
);

test.each([
  [[['Host', '127.0.0.1:2375']], false],
  [[['Host', 'docker']], false],
  [[['Host', 'api.moby.localhost']], false],
  [[['Host', '[::1]:2375']], false],
  [[['Host', 'rebound.example.com:2375']], true],
  [
    [
      ['Host', '127.0.0.1:2375'],
      ['Origin', 'null'],
    ],
    true,
  ],
  [
    [
      ['Host', 'localhost'],
      ['Sec-Fetch-Site', 'cross-site'],
    ],
    true,
  ],
] as [Headers, boolean][])('%j comes from a page: %s', (headers, isPage) =>
  expect(comesFromPage({ headers })).toBe(isPage),
);

describe('power over the host', () => {
  const asks = (by: Policy, line: string, body: unknown) => {
    const head = request(line);
    return refusal(by, head) ?? bodyRefusal(by, head)?.(Buffer.from(JSON.stringify(body)));
  };
  const BINDS = { Image: 'a', HostConfig: { Binds: ['/:/h'] } };
  const allowed = policy({ allow: ['POST /**'] });
  const powerful = policy({ allow: ['POST /containers/**', 'POST /containers/* with power'] });

  test('takes a rule that says so', () => {
    expect(asks(allowed, 'POST /containers/create', BINDS)).toMatch(/^HostConfig.Binds: .*"with power"/);
    expect(asks(allowed, 'POST /containers/create', { Image: 'a' })).toBeUndefined();
    expect(asks(powerful, 'POST /containers/create', BINDS)).toBeUndefined();
    expect(asks(powerful, 'POST /containers/web/exec', { Privileged: true })).toMatch(/^Privileged/);
    expect(asks(allowed, 'POST /services/create', {})).toMatch(/^ServiceCreate/);
    expect(asks(policy({ allow: ['ServiceCreate with power'] }), 'POST /services/create', {})).toBeUndefined();
    expect(asks(allowed, 'POST /build?networkmode=host', {})).toMatch(/^networkmode/);
  });

  test('is let through where nothing is allowed by name, but never as a start', () => {
    const denies = policy({ deny: ['ContainerExec'] });
    expect(asks(denies, 'POST /containers/create', BINDS)).toBeUndefined();
    expect(asks(denies, 'POST /containers/web/start', BINDS)).toBeDefined();
    expect(asks(policy({}), 'POST /containers/web/start', BINDS)).toBeUndefined();
  });

  test('"with power" is of an allow, of HTTP/2 there is none', () => {
    expect(parseRule('allow', ' POST /build   with power ').text).toBe('POST /build with power');
    expect(() => parseRule('deny', 'POST /build with power')).toThrow(/is no rule/);
    for (const rule of ['Grpc', 'Session', 'POST /grpc', 'POST /session with power']) {
      expect(() => parseRule('allow', rule)).toThrow(/HTTP\/2/);
      if (!rule.includes('power')) expect(() => parseRule('deny', rule)).not.toThrow();
    }
  });
});

test.each([
  ['POST /v1.23/containers/web/start', false],
  ['POST /v1.23/info', false],
  ['GET /v1.60/info', false],
  ['GET /v1%2e23/info', false],
  ['GET /v1.51/info', true],
  ['GET /v1.24/info', true],
])('%s is in a version that is known: %s', (line, is) => {
  for (const by of [policy({ allow: ['* /**'] }), policy({ deny: ['ContainerExec'] }), policy({ readOnly: true })]) {
    expect(lets(by, line)).toBe(is);
  }
});

test('a form is none of the ways in which docker writes a request', () => {
  const form: Headers = [['Content-Type', 'application/x-www-form-urlencoded']];
  expect(lets(policy({ allow: ['ContainerKill'] }), 'POST /containers/web/kill', form)).toBe(false);
});

test.each([
  ['ContainerAttach', 'GET /containers/web/attach/ws'],
  ['POST /containers/web/attach', 'GET /v1.41/containers/web/attach/ws?stdin=1'],
  ['ImageGet', 'GET /images/get?names=a'],
  ['GET /images/busybox/get', 'GET /images/get?names=a&names=busybox'],
  ['GET /images/team/app:1/get', 'GET /images/get?names=team%2Fapp%3A1'],
  ['* /containers/db/**', 'POST /commit?container=db&repo=a'],
  ['ContainerExport', 'POST /commit?container=db'],
  ['ImageBuild', 'POST /grpc'],
  ['ImageBuild', 'POST /v1.41/session'],
])('deny %s keeps out %s', (deny, line) => {
  expect(lets(policy({ deny: [deny] }), line)).toBe(false);
  expect(lets(policy({ allow: ['* /**'], deny: [deny] }), line)).toBe(false);
});

test.each([
  ['db', 'web', false],
  ['c0ffee', 'web', false],
  ['db', '/web', false],
  ['db', 'other', true],
  ['web', 'other', true],
  ['db', 'a%20b', false],
  ['db', 'free&name=web', false],
])('rename of %s to %s: %s', (before, after, is) => {
  for (const rules of [
    { allow: ['POST /containers/*/rename', 'POST /containers/web/exec'] },
    { allow: ['POST /containers/*/*', 'POST /containers/web/* with power'] },
  ]) {
    expect(lets(policy(rules), `POST /containers/${before}/rename?name=${after}`)).toBe(is);
  }
});
