import { join } from 'node:path';
import type { Context, Output } from '../../src/context.ts';
import type { Container, ContainerSummary } from '../../src/engine/container.ts';
import { chooseEngine } from '../../src/engine/choice/choose-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Host } from '../../src/host/host.ts';
import type { Notes } from '../../src/host/host-files.ts';
import type { Link } from '../../src/network/links.ts';

export const ID = 'c0ffee'.padEnd(64, '0');

export function container(
  over: Omit<Partial<Container>, 'state'> & { state?: Partial<Container['state']> } = {},
): Container {
  const { state, ...rest } = over;
  return {
    id: ID,
    name: 'web',
    image: 'busybox',
    imageId: 'sha256:1',
    env: [],
    hasTty: false,
    labels: {},
    workingDir: '/',
    networkMode: 'default',
    restarts: 0,
    configured: { memoryBytes: null, cpus: null, pids: null },
    networks: [],
    files: { 'resolv.conf': '', hosts: '', hostname: '' },
    ...rest,
    state: {
      status: 'running',
      pid: 1234,
      error: '',
      exitCode: 0,
      oomKilled: false,
      startedAt: undefined,
      finishedAt: undefined,
      ...state,
    },
  };
}

export function summary(over: Partial<ContainerSummary> = {}): ContainerSummary {
  return {
    id: ID,
    name: 'web',
    image: 'busybox',
    state: 'running',
    status: 'Up 3 minutes',
    networkMode: 'default',
    networks: [],
    addresses: [],
    ports: [],
    labels: {},
    ...over,
  };
}

/** A veth, up, with its peer in another namespace. */
export const link = (over: Partial<Link> = {}): Link => ({
  ifindex: 2,
  name: 'eth0',
  mac: '02:42:ac:11:00:02',
  kind: 'veth',
  flags: ['UP', 'LOWER_UP'],
  master: undefined,
  linkIndex: 30,
  linkNetnsid: 0,
  addresses: [],
  alias: '',
  altnames: [],
  mtu: 1500,
  qdisc: 'noqueue',
  ...over,
});

/** An engine that holds these containers and answers as Docker does: by name, id, or a prefix of one id. */
export function fakeEngine(containers: readonly Container[]): Engine {
  return {
    address: { kind: 'unix', path: '/var/run/docker.sock' },
    client: () => 'docker',
    // Of the object that it is called on, also where a test has put other answers into a copy.
    within(this: Engine) {
      return this;
    },
    version: async () => ({ name: 'Docker', version: '28.5.2', api: '1.51', kernel: '6.1.0-42-amd64' }),
    inspect: async (ref) => {
      const exact = containers.find(({ name, id }) => name === ref || id === ref);
      const byPrefix = containers.filter(({ id }) => id.startsWith(ref));
      return exact ?? (byPrefix.length === 1 ? byPrefix[0] : undefined);
    },
    inspection: async () => ({
      path: '',
      args: [],
      restartPolicy: 'no',
      mostRestarts: 0,
      health: undefined,
      healthCommand: [],
      memoryBytes: null,
      memoryAndSwapBytes: null,
      layerSize: '',
      isPrivileged: false,
      isReadOnly: false,
      user: '',
      logDriver: 'json-file',
      logPath: '',
      appArmorProfile: '',
      mounts: [],
      published: [],
      neededSources: [],
      ownPaths: [],
      createdAt: undefined,
    }),
    configuration: async () => ({ config: {}, hostConfig: {} }),
    imageConfiguration: async () => ({ config: {}, hostConfig: {} }),
    imageId: async () => 'sha256:1',
    watch: () => () => undefined,
    watchChanges: () => () => undefined,
    watchJoins: () => () => undefined,
    followLogs: () => () => undefined,
    logsRefusal: async () => undefined,
    lastLines: async () => [],
    history: async () => [],
    events: () => () => undefined,
    log: () => () => undefined,
    file: async () => undefined,
    architectures: async () => ({ engine: 'amd64', image: 'amd64' }),
    volumeSize: async () => '',
    network: async (ref) => ({
      id: ref,
      name: ref,
      driver: 'bridge',
      device: 'docker0',
      isInternal: false,
      hasTraffic: true,
      isMasqueraded: true,
      macs: new Map(),
    }),
    list: async () =>
      containers.map(({ id, name, image, labels, networkMode, networks, state }) =>
        summary({
          id,
          name,
          image,
          labels,
          networkMode,
          networks: networks.map(({ network }) => network),
          state: state.status,
        }),
      ),
  };
}

export interface FakeHost extends Host {
  /** every argv that was run on the terminal */
  readonly ran: (readonly string[])[];
  /** and what was added to its environment */
  readonly ranWith: (Readonly<Record<string, string>> | undefined)[];
}

interface FakeHostOptions {
  readonly isRoot?: boolean;
  readonly files?: Readonly<Record<string, string>>;
  /** these, besides the files by which 1234 is known to be the container's process */
  readonly moreFiles?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly missing?: readonly string[];
  readonly outputs?: Readonly<Record<string, string>>;
  readonly exitCode?: number;
}

/** A host where container 1234's process is at home and every program exists, unless said otherwise. */
export function fakeHost({
  isRoot = true,
  files,
  moreFiles = {},
  links = {},
  missing = [],
  outputs = {},
  exitCode = 0,
}: FakeHostOptions = {}): FakeHost {
  const ran: (readonly string[])[] = [];
  const ranWith: FakeHost['ranWith'] = [];
  const proc = files ?? {
    '/proc/1234/cgroup': `0::/docker/${ID}\n`,
    '/proc/1234/status':
      'Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t\nCapBnd:\t00000000a80425fb\nNoNewPrivs:\t0\nSeccomp:\t2\n',
    '/proc/1234/stat': `1234 (sleep) S ${Array.from({ length: 18 }, () => '0').join(' ')} 4242 0`,
    ...moreFiles,
  };
  return {
    isRoot,
    ran,
    ranWith,
    run: async (argv, options) => {
      ran.push(argv);
      ranWith.push(options?.env);
      return { exitCode, report: options?.isDbg ? 'taken' : 'entered' };
    },
    stream: async () => {
      throw new Error('nothing was to be streamed');
    },
    channel: async () => {
      throw new Error('no program with a channel was to be started');
    },
    connectInside: async () => {
      throw new Error('nothing in a container was to be connected to');
    },
    relay: async () => {
      throw new Error('nothing was to be relayed');
    },
    pipeline: async (first, second) => {
      ran.push(first, second);
      return { exitCode, said: '' };
    },
    create: async () => {
      throw new Error('no file was to be made');
    },
    remove: () => undefined,
    settle: async () => {
      throw new Error('no file was to be named');
    },
    isOthers: () => false,
    changeableCode: () => undefined,
    diskSpace: async () => ({ free: 1e12, size: 1e12 }),
    spaceInside: async () => undefined,
    ownerInside: async () => undefined,
    namesInside: async () => undefined,
    prepare: () => undefined,
    leave: () => undefined,
    hold: () => ({
      said: Promise.resolve('ok'),
      ended: Promise.resolve('ok\nundone\n'),
      release: () => undefined,
      onEvent: () => undefined,
      isStopped: () => false,
      kill: () => undefined,
    }),
    onSignal: () => () => undefined,
    signalled: () => ({ first: new Promise(() => undefined), stop: () => undefined }),
    output: async (argv) => outputs[argv.join(' ')] ?? '',
    read: (path) => proc[path],
    keep: (path) => (proc[path] === undefined ? undefined : { read: () => proc[path], close: () => undefined }),
    readWhole: (path) => {
      if (proc[path] === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
      return proc[path];
    },
    readBytes: () => {
      throw new Error('no file was to be read');
    },
    lookBelow: (folder, path) => {
      const name = join(folder, path);
      const text = proc[name];
      return text === undefined ? undefined : { id: name, size: text.length, links: 1, folderOwners: [0] };
    },
    realPath: (path) => (path in proc ? path : undefined),
    readBelow: (folder, path, limit) => proc[join(folder, path)]?.slice(0, limit),
    openInside: () => {
      throw new Error('no file was to be opened');
    },
    notes: fakeNotes(),
    exists: (path) => path in proc,
    entries: (path) => namesBelow(path, { ...proc, ...links }),
    countEntries: (path) => namesBelow(path, { ...proc, ...links }).length,
    link: (path) => links[path],
    find: (program) => ({ kind: missing.includes(program) ? 'missing' : 'found', path: program }),
  };
}

/** Notes in memory. */
export function fakeNotes(kept: Readonly<Record<string, string>> = {}): Notes {
  const all = new Map(Object.entries(kept));
  return { all: () => all, write: (name, text) => void all.set(name, text), remove: (name) => void all.delete(name) };
}

/** An output that keeps nothing back. `write` gets what is written. */
export const fakeOutput = (write: (text: string) => void = () => undefined, isTTY = false): Output => ({
  isTTY,
  write,
  waiting: () => 0,
  asFile: () => Promise.reject(new Error('nothing was to be written as a file')),
});

export interface FakeContext extends Context {
  readonly host: FakeHost;
  readonly printed: { out: string; err: string };
}

export function fakeContext(
  over: Partial<Omit<Context, 'host'>> & { host?: FakeHost; containers?: readonly Container[] } = {},
): FakeContext {
  const { containers = [container()], host = fakeHost(), ...rest } = over;
  const printed = { out: '', err: '' };
  return {
    args: [],
    self: ['node', 'dbg.js'],
    env: {},
    stdinIsTTY: false,
    stdout: fakeOutput((text) => (printed.out += text)),
    stderr: fakeOutput((text) => (printed.err += text)),
    cwd: () => '/home/ann',
    assetFolder: '/opt/dbg/dist',
    now: () => Date.parse('2026-01-01T00:03:00Z'),
    clock: () => Date.parse('2026-01-01T00:03:00Z'),
    engineWords: [],
    choice: (wish) => chooseEngine({ DOCKER_CONFIG: '/nonexistent', ...rest.env }, wish, () => true),
    engine: async () => fakeEngine(containers),
    pick: async () => {
      throw new Error('nobody was to be asked');
    },
    stdin: () => {
      throw new Error('stdin was not to be read');
    },
    helperEngine: async () => {
      throw new Error('no container was to be made');
    },
    takeScreen: () => {
      throw new Error('no screen was to be taken');
    },
    takeRaw: () => {
      throw new Error('no terminal was to be taken');
    },
    ...rest,
    host,
    printed,
  };
}

function namesBelow(folder: string, files: Readonly<Record<string, string>>): string[] {
  const below = Object.keys(files).filter((file) => file.startsWith(`${folder}/`));
  return [...new Set(below.map((file) => file.slice(folder.length + 1).split('/')[0]!))];
}
