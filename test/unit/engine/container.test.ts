import { expect, test } from 'vitest';
import { parseContainer, parseContainerList } from '../../../src/engine/container.ts';

test('reads an inspect answer', () => {
  const addresses = { IPAddress: '172.20.0.3', IPPrefixLen: 16, GlobalIPv6Address: '', GlobalIPv6PrefixLen: 0 };
  const answer = {
    Id: 'abc',
    Name: '/web',
    Image: 'sha256:1',
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
    NetworkSettings: { Networks: { app_net: { NetworkID: 'f00', MacAddress: '02:42:AC:14:00:03', ...addresses } } },
  };
  expect(parseContainer(answer)).toEqual({
    id: 'abc',
    name: 'web',
    labels: { tier: 'front' },
    workingDir: '/srv',
    files: { 'resolv.conf': '/r', hosts: '/h', hostname: '/n' },
    image: 'nginx:1',
    imageId: 'sha256:1',
    env: ['A=1', 'B='],
    hasTty: false,
    networkMode: 'app_net',
    networks: [{ network: 'app_net', networkId: 'f00', mac: '02:42:ac:14:00:03', addresses: ['172.20.0.3/16'] }],
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

test('the year 1 means it never ended, and what is missing means nothing', () => {
  const { state, networks } = parseContainer({ Id: 'abc', State: { FinishedAt: '0001-01-01T00:00:00Z' } });
  expect(state.finishedAt).toBeUndefined();
  expect(networks).toEqual([]);
});

test.each([[null], ['text'], [{}], [[]]])('%j is not a container', (answer) =>
  expect(() => parseContainer(answer)).toThrow('not a container'),
);

test("a legacy link's name is not the container's own", () => {
  const [entry] = parseContainerList([
    {
      Id: 'abc',
      Names: ['/web/db', '/db'],
      State: 'running',
      Ports: [{ PrivatePort: 80, PublicPort: 8080, Type: 'tcp' }],
    },
  ]);
  expect(entry).toMatchObject({ name: 'db', ports: [{ host: 8080, container: 80, protocol: 'tcp' }] });
});
