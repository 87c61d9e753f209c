import { expect, test } from 'vitest';
import { parseContainer, parseContainerList } from '../../../src/engine/parse-container.ts';
import { ID } from '../fakes.ts';

const IMAGE = `sha256:${ID}`;

test('reads an inspect answer', () => {
  const addresses = { IPAddress: '172.20.0.3', IPPrefixLen: 16, GlobalIPv6Address: '', GlobalIPv6PrefixLen: 0 };
  const answer = {
    Id: ID,
    Name: '/web',
    Image: IMAGE,
    Config: { Env: ['A=1', 'B='], Image: 'nginx:1', WorkingDir: '/srv', Labels: { tier: 'front' } },
    ResolvConfPath: '/r',
    HostsPath: '/h',
    HostnamePath: '/n',
    HostConfig: { NetworkMode: 'app_net' },
    State: {
      Status: 'exited',
      Pid: 0,
      Error: '',
      ExitCode: 137,
      OOMKilled: true,
      StartedAt: '2026-01-01T00:00:00Z',
      FinishedAt: '2026-01-01T00:00:00.123456789Z',
    },
    NetworkSettings: {
      Networks: { app_net: { NetworkID: 'f00', MacAddress: '02:42:AC:14:00:03', Aliases: ['db'], ...addresses } },
    },
  };
  expect(parseContainer(answer)).toEqual({
    id: ID,
    name: 'web',
    labels: { tier: 'front' },
    workingDir: '/srv',
    files: { 'resolv.conf': '/r', hosts: '/h', hostname: '/n' },
    image: 'nginx:1',
    imageId: IMAGE,
    env: ['A=1', 'B='],
    hasTty: false,
    networkMode: 'app_net',
    restarts: 0,
    configured: { memoryBytes: null, cpus: null, pids: null },
    networks: [
      { network: 'app_net', networkId: 'f00', mac: '02:42:ac:14:00:03', addresses: ['172.20.0.3/16'], aliases: ['db'] },
    ],
    state: {
      status: 'exited',
      pid: 0,
      error: '',
      exitCode: 137,
      oomKilled: true,
      startedAt: Date.parse('2026-01-01T00:00:00Z'),
      finishedAt: Date.parse('2026-01-01T00:00:00.123Z'),
    },
  });
});

test.each([
  [
    { Memory: 1 << 26, NanoCpus: 5e8, PidsLimit: 50 },
    { memoryBytes: 1 << 26, cpus: 0.5, pids: 50 },
  ],
  [
    { Memory: 0, NanoCpus: 0, PidsLimit: -1 },
    { memoryBytes: null, cpus: null, pids: null },
  ],
  [
    { CpuQuota: 50_000, PidsLimit: null },
    { memoryBytes: null, cpus: 0.5, pids: null },
  ],
  [
    { CpuQuota: 50_000, CpuPeriod: 25_000 },
    { memoryBytes: null, cpus: 2, pids: null },
  ],
  [
    { Memory: '64m', CpuQuota: -1 },
    { memoryBytes: null, cpus: null, pids: null },
  ],
])('the limits of %j', (HostConfig, configured) =>
  expect(parseContainer({ Id: ID, RestartCount: 2, HostConfig })).toMatchObject({ restarts: 2, configured }),
);

test('the year 1 means it never ended, and what is missing means nothing', () => {
  const { state, networks } = parseContainer({ Id: ID, State: { FinishedAt: '0001-01-01T00:00:00Z' } });
  expect(state.finishedAt).toBeUndefined();
  expect(networks).toEqual([]);
});

test.each([[null], ['text'], [{}], [[]]])('%j is not a container', (answer) =>
  expect(() => parseContainer(answer)).toThrow('not a container'),
);

test.each<[unknown]>([
  ['/'],
  [':'],
  ['0::/'],
  [''],
  ['abc'],
  [ID.toUpperCase()],
  [`${ID}0`],
  [`${ID}\n`],
  [`${ID.slice(1)}/`],
  [ID.slice(1)],
  [`docker-${ID}.scope`],
  [{ toString: () => ID }],
  [[ID]],
])('%j is no id of a container', (id) => {
  expect(() => parseContainer({ Id: id })).toThrow('not a container');
  expect(() => parseContainerList([{ Id: ID }, { Id: id }])).toThrow('not a list of containers');
});

test.each<[unknown, number]>([
  [17, 17],
  [4_194_304, 4_194_304],
  [4_194_305, 0],
  [0, 0],
  [-1, 0],
  [1.5, 0],
  [2 ** 31, 0],
  [1e300, 0],
  ['1', 0],
  [null, 0],
  [[1], 0],
  [true, 0],
])('a PID of %j is %i', (given, pid) => expect(parseContainer({ Id: ID, State: { Pid: given } }).state.pid).toBe(pid));

test('an image is known by a digest alone', () => {
  expect(parseContainer({ Id: ID, Image: ID }).imageId).toBe(ID);
  expect(parseContainer({ Id: ID, Image: `x HTTP/1.1\r\nX: ${ID}` }).imageId).toBe('');
});

test('a label called __proto__ is a label', () => {
  const { labels } = parseContainer(
    JSON.parse(`{"Id":"${ID}","Config":{"Labels":{"__proto__":"x","constructor":"y"}}}`),
  );
  expect(Object.keys(labels)).toEqual(['__proto__', 'constructor']);
  expect(Object.getPrototypeOf(labels)).toBe(Object.prototype);
});

test("a legacy link's name is not the container's own", () => {
  const [entry] = parseContainerList([
    {
      Id: ID,
      Names: ['/web/db', '/db'],
      State: 'running',
      Ports: [{ PrivatePort: 80, PublicPort: 8080, Type: 'tcp' }],
    },
  ]);
  expect(entry).toMatchObject({ name: 'db', ports: [{ host: 8080, container: 80, protocol: 'tcp' }] });
});
