import { expect, test } from 'vitest';
import { operationOf, OPERATIONS } from '../../../../../src/api/wire/calls/operation.ts';
import { CHANGES_NOTHING } from '../../../../../src/api/gate/share/power/powers.ts';
import { SENDS_ENGINE, whereIn, whereOf } from '../../../../../src/api/gate/share/sends-elsewhere.ts';

test('read-only sends the engine nowhere', () => {
  expect([...SENDS_ENGINE].filter((name) => CHANGES_NOTHING.has(name) || !OPERATIONS.has(name))).toEqual([]);
});

test.each([
  ['GET /distribution/127.0.0.1:5000/a/b/json', '127.0.0.1:5000/a/b'],
  ['GET /images/search?term=127.0.0.1:5000/a', '127.0.0.1:5000/a'],
  ['GET /plugins/privileges?remote=a.example/b:1', 'a.example/b:1'],
  ['POST /images/create?fromImage=a.example/b&tag=1', 'a.example/b'],
  ['POST /images/create?fromImage=busybox@sha256:ab12', 'busybox@sha256:ab12'],
  ['POST /images/a.example/b/push', 'a.example/b'],
  [
    'POST /images/create?fromSrc=https%3A%2F%2Fann%3As3cret%40a.example%2Fx%3Ftoken%3Ds3cret%23s3cret',
    'https://a.example/x',
  ],
  ['POST /images/create?fromSrc=https%3A%2F%2Fb%40c%40a.example', 'https://a.example'],
  ['POST /build?remote=https%3A%2F%2Fevil.example%3F%40good.example', 'https://evil.example'],
  ['POST /build?remote=git%40a.example%3Ab%2Fc.git%23main', 'a.example:b/c.git'],
  ['POST /build?remote=a.example&remote=b.example', 'a.example b.example'],
  ['POST /build?t=a', undefined],
  ['GET /containers/json', undefined],
])('%s: %s', (line, where) => {
  const [method = '', target = ''] = line.split(' ');
  expect(whereOf(operationOf(method, target))).toBe(where);
});

test.each([
  [
    'SystemAuth',
    { username: 'a', password: 's3cret', serveraddress: 'https://a.example/v1/' },
    { where: 'https://a.example/v1/' },
  ],
  ['SystemAuth', { ſerveraddress: 'a', SERVERADDRESS: 'b' }, { where: 'a b' }],
  ['SwarmJoin', { RemoteAddrs: ['a:1', 'b:2'] }, { where: 'a:1 b:2' }],
  ['SystemAuth', {}, {}],
] as const)('%s %j: %j', (operation, body, where) =>
  expect(whereIn(operation, Buffer.from(JSON.stringify(body)))).toEqual(where),
);

test('where a body does not say it clearly', () => {
  for (const body of [Buffer.from('{"serveraddress":"a","serveraddress":"b"}'), Buffer.from('x'), undefined]) {
    expect(whereIn('SystemAuth', body)).toHaveProperty('why');
  }
});
