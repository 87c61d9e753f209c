import { describe, expect, test } from 'vitest';
import { helperLine, helperSettings, socketThere, type HelperWish } from '../../../src/far/helper-settings.ts';

const wish: HelperWish = {
  image: 'dbg',
  socket: '/var/run/docker.sock',
  rootFolder: '/var/lib/docker',
  hasTerminal: false,
};

interface Settings {
  readonly Env: readonly string[];
  readonly Tty: boolean;
  readonly HostConfig: {
    readonly Privileged?: boolean;
    readonly CapAdd: readonly string[];
    readonly Mounts: readonly { readonly Source: string; readonly ReadOnly: boolean }[];
  };
}
const settings = (over: Partial<HelperWish> = {}) =>
  helperSettings({ ...wish, ...over }, ['ps', 'web'], 'key') as Settings;

describe('the container of a helper', () => {
  test('is not privileged, and is told its engine', () => {
    const { HostConfig, Env } = settings();
    expect([HostConfig.Privileged, Env]).toEqual([
      undefined,
      ['DOCKER_HOST=unix:///var/run/docker.sock', 'DBG_THERE=1'],
    ]);
    expect(settings({ hasTerminal: true }).Env).toContain('DBG_THERE=/opt/dbg/beginning.json');
    expect(HostConfig.CapAdd).not.toContain('ALL');
  });

  test.each([
    ['/var/run/docker.sock', []],
    ['/run/podman/podman.sock', []],
    ['/var/run/user/1000/docker.sock', []],
    ['/srv/engine.sock', ['/srv/engine.sock']],
    ['/var/running/x.sock', ['/var/running/x.sock']],
  ])('sees the socket %s', (socket, own) => {
    const sources = settings({ socket }).HostConfig.Mounts.map(({ Source }) => Source);
    expect(sources).toEqual(['/run', ...own, '/sys/fs/cgroup', '/var/lib/docker']);
  });

  test('may only read where the engine keeps its containers', () => {
    const readOnly = settings().HostConfig.Mounts.filter(({ ReadOnly }) => ReadOnly);
    expect(readOnly.map(({ Source }) => Source)).toEqual(['/var/lib/docker']);
  });
});

describe('the line that makes it by hand', () => {
  test.each([
    [false, '-i'],
    [true, '-it'],
  ])('with a terminal: %s', (hasTerminal, option) => {
    const byHand = { client: ['docker', '-c', 'prod'], variables: ['TOKEN'], line: 'echo "a  b"' };
    const line = helperLine({ ...wish, hasTerminal }, byHand);
    expect(line.slice(0, 6)).toEqual(['docker', '-c', 'prod', 'run', '--rm', option]);
    expect(line.join(' ')).toContain(' -e TOKEN ');
    expect(line.slice(-5)).toEqual(['--entrypoint', 'sh', 'dbg', '-c', 'echo "a  b"']);
    expect(line).toContain('--cap-drop=ALL');
    expect(line).not.toContain('--privileged');
  });
});

test.each([
  [{ kind: 'unix', path: '/srv/x.sock' } as const, '/srv/x.sock'],
  [{ kind: 'tcp', host: 'build', port: 2376, tls: undefined } as const, '/var/run/docker.sock'],
  [{ kind: 'ssh', host: 'build', client: 'docker' } as const, '/var/run/docker.sock'],
  [
    { kind: 'ssh', host: 'build', path: '/run/user/7/docker.sock', client: 'docker' } as const,
    '/run/user/7/docker.sock',
  ],
])('the socket on the host of %j', (address, socket) => expect(socketThere(address)).toBe(socket));
