import { describe, expect, test } from 'vitest';
import { overHttp } from '../../../../src/engine/ways/over-http.ts';
import { ctrWay } from '../../../../src/engine/containerd/ctr-way.ts';
import { DbgError, EXIT } from '../../../../src/errors.ts';
import { findContainer } from '../../../../src/engine/find-container.ts';

// What ctr of containerd 1.6.20 prints.
const WEB = 'aa'.repeat(32);
const SIDE = 'bb'.repeat(32);
const PAUSE = 'cc'.repeat(32);
const OTHER = 'dd'.repeat(32);
const NERD = 'ee'.repeat(32);

const inPod = (pod: string, container: string, namespace = 'shop') => ({
  'io.cri-containerd.kind': 'container',
  'io.kubernetes.pod.name': pod,
  'io.kubernetes.pod.namespace': namespace,
  'io.kubernetes.container.name': container,
});

const SPEC = {
  process: { user: { uid: 33, gid: 33 }, args: ['nginx', '-g', 'daemon off;'], env: ['PATH=/bin', 'A=1'], cwd: '/srv' },
  mounts: [
    { destination: '/proc', source: 'proc' },
    { destination: '/etc/hosts', source: '/var/lib/kubelet/pods/1/etc-hosts' },
    { destination: '/etc/resolv.conf', source: '/var/lib/containerd/cri/resolv.conf' },
  ],
  linux: {
    resources: { memory: { limit: 64e6 }, cpu: { quota: 50_000, period: 100_000 }, pids: { limit: 20 } },
    namespaces: [{ type: 'pid' }, { type: 'network', path: '/var/run/netns/cni-1' }],
  },
};

const CONTAINERS: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  'k8s.io': {
    [WEB]: { ID: WEB, Labels: inPod('api-7', 'web'), Image: 'docker.io/library/nginx:1', Spec: SPEC },
    [SIDE]: { ID: SIDE, Labels: inPod('api-7', 'side'), Image: 'side:1', Spec: SPEC },
    [PAUSE]: {
      ID: PAUSE,
      Labels: { 'io.cri-containerd.kind': 'sandbox', 'io.kubernetes.pod.name': 'api-7' },
      Image: 'pause',
    },
    [OTHER]: { ID: OTHER, Labels: inPod('api-7', 'web', 'test'), Image: 'nginx', Spec: { linux: { namespaces: [] } } },
  },
  default: {
    [NERD]: { ID: NERD, Labels: { 'nerdctl/name': 'db' }, Image: 'postgres' },
    web: { ID: 'web', Labels: null, Image: 'busybox' },
  },
};
const TASKS: Readonly<Record<string, string>> = {
  'k8s.io': `TASK    PID      STATUS    \n${WEB}    2116     RUNNING\n${SIDE}    2117     PAUSED\n${PAUSE}    7   RUNNING\n`,
  default: `TASK    PID    STATUS    \n${NERD}    0    STOPPED\n`,
};

/** ctr, and what it was asked. */
function ctr(over: (words: readonly string[]) => string | undefined = () => undefined) {
  const asked: (readonly string[])[] = [];
  const output = async (argv: readonly string[]) => {
    const words = argv.slice(5);
    asked.push(argv);
    const own = over(words);
    if (own !== undefined) return own;
    if (words[0] === 'namespaces') return `${Object.keys(CONTAINERS).join('\n')}\n`;
    if (words[0] === 'version') return 'Client:\n  Version:  1.6.20\n\nServer:\n  Version:  1.7.1\n  Revision: x\n';
    const [, namespace = '', what, verb, id = ''] = words;
    if (what === 'tasks') return TASKS[namespace]!;
    if (verb === 'ls') return `${Object.keys(CONTAINERS[namespace]!).join('\n')}\n`;
    const info = CONTAINERS[namespace]![id];
    if (info === undefined) throw new Error(`container "${id}" in namespace "${namespace}": not found`);
    return JSON.stringify(info);
  };
  const address = { kind: 'containerd', path: '/run/c.sock' } as const;
  return {
    engine: overHttp(
      address,
      ctrWay(address.path, output, () => true),
    ),
    asked,
  };
}

test('containers of all namespaces are listed, but pods’ own and those whose id tells nothing', async () => {
  const listed = await ctr().engine.list();
  const shown = listed.map(({ name, state, networkMode }) => [name, state, networkMode]);
  expect(new Set(shown.map(String))).toEqual(
    new Set([
      'shop/api-7/web,running,default',
      'shop/api-7/side,paused,default',
      'test/api-7/web,exited,host',
      'db,exited,host',
    ]),
  );
  expect(listed.find(({ name }) => name === 'db')?.labels['containerd.namespace']).toBe('default');
});

test('ctr is asked at the socket that was named', async () => {
  const { engine, asked } = ctr();
  await engine.list();
  expect(new Set(asked.map((argv) => argv.slice(0, 3).join(' ')))).toEqual(new Set(['ctr --address /run/c.sock']));
});

test.each([
  ['shop/api-7/side', SIDE],
  ['shop/api-7/web', WEB],
  ['shop/api-7/s', SIDE],
  [WEB, WEB],
  ['bbbb', SIDE],
  ['db', NERD],
])('%s is found', async (ref, id) => expect((await findContainer(ctr().engine, ref)).id).toBe(id));

test.each([
  ['api-7/web', 'there is no container "api-7/web"'],
  ['api-7', 'there is no container'],
  ['web', 'there is no container'],
  ['nosuch', 'there is no container'],
  ['', 'there is no container'],
])('%j is not', async (ref, message) => {
  await expect(findContainer(ctr().engine, ref)).rejects.toThrow(message);
});

test('a container as an engine describes it', async () => {
  expect(await ctr().engine.inspect(WEB)).toMatchObject({
    id: WEB,
    name: 'shop/api-7/web',
    image: 'docker.io/library/nginx:1',
    env: ['PATH=/bin', 'A=1'],
    state: { status: 'running', pid: 2116 },
    workingDir: '/srv',
    configured: { memoryBytes: 64e6, cpus: 0.5, pids: 20 },
    files: {
      'resolv.conf': '/var/lib/containerd/cri/resolv.conf',
      hosts: '/var/lib/kubelet/pods/1/etc-hosts',
      hostname: '',
    },
  });
  expect(await ctr().engine.inspection(WEB)).toMatchObject({
    path: 'nginx',
    args: ['-g', 'daemon off;'],
    user: '33:33',
  });
});

test('one that is removed while it is looked at is left out', async () => {
  const { engine } = ctr((words) =>
    words[3] === 'ls' && words[1] === 'k8s.io' && words[2] === 'containers' ? `${WEB}\nff\n` : undefined,
  );
  expect((await engine.list()).map(({ name }) => name)).toContain('api-7/web');
});

test('its version, and no kernel', async () => {
  expect(await ctr().engine.version()).toEqual({ name: 'containerd', version: '1.7.1', api: '', kernel: '' });
});

describe('what containerd does not tell is refused, and nothing waits for it', () => {
  test.each([
    ['a network', 'network', 'does not tell'],
    ['a volume', 'volumeSize', 'does not tell'],
  ] as const)('%s', async (_, call, message) => {
    await expect(ctr().engine[call]('x')).rejects.toThrow(message);
  });

  test('an image is not known', async () => expect(await ctr().engine.imageId('nginx')).toBeUndefined());
  test('logs', async () => expect(await ctr().engine.logsRefusal({ id: WEB })).toContain('does not tell'));
});

test('where there is no such socket, ctr is not run', async () => {
  const output = () => Promise.reject(new Error('ctr was not to be run'));
  const address = { kind: 'containerd', path: '/nonexistent' } as const;
  const engine = overHttp(address, ctrWay(address.path, output));
  await expect(engine.list()).rejects.toThrow('no engine answers at containerd:///nonexistent (no such socket)');
});

test('without ctr on this host, that is said', async () => {
  const { engine } = ctr(() => {
    throw new DbgError('this host has no program "ctr"', { exitCode: EXIT.notFound });
  });
  await expect(engine.list()).rejects.toThrow(/^this host has no program "ctr"$/);
});

describe('a ctr that fails', () => {
  test.each([
    [
      'ctr: failed to dial "/run/c.sock": connect: permission denied',
      /permission denied on the engine's socket containerd:\/\/\/run\/c\.sock/,
    ],
    [
      'ctr: failed to dial "/run/c.sock": no such file or directory',
      /no engine answers at containerd:\/\/\/run\/c\.sock \(no such socket\)/,
    ],
    ['ctr: failed to dial "/run/c.sock": connect: connection refused', /connection refused/],
    ['ctr: something else', /cannot be asked: ctr: something else/],
  ])('%s', async (said, message) => {
    const { engine } = ctr(() => {
      throw new Error(said);
    });
    await expect(engine.list()).rejects.toThrow(message);
  });
});
