import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type Kernel, kernelOf, supportOf } from '../../../src/host/kernel.ts';
import { fakeHost } from '../fakes.ts';

const NETEM = { option: 'CONFIG_NET_SCH_NETEM', module: 'sch_netem' };
const RELEASE = '6.1.0-42-amd64';

const kernel = (over: Partial<Kernel>): Kernel => ({
  release: RELEASE,
  config: new Map(),
  configPath: `/boot/config-${RELEASE}`,
  present: new Set(),
  builtIn: new Set(),
  loadable: new Set(),
  mayLoad: true,
  ...over,
});

const AS_MODULE = new Map([[NETEM.option, 'm']]);
const ITS_FILE = new Set([NETEM.module]);

test.each<[string, Partial<Kernel>, string]>([
  ['the configuration says so', { config: new Map([[NETEM.option, 'y']]) }, 'built in'],
  ['modules.builtin says so', { config: undefined, builtIn: ITS_FILE }, 'built in'],
  ['it is loaded', { config: AS_MODULE, present: ITS_FILE, loadable: ITS_FILE }, 'loaded'],
  ['its file is there', { config: AS_MODULE, loadable: ITS_FILE }, 'loadable'],
  ['no module may be loaded', { config: AS_MODULE, loadable: ITS_FILE, mayLoad: false }, 'locked'],
  ['it is loaded, and none may be any more', { config: AS_MODULE, present: ITS_FILE, mayLoad: false }, 'loaded'],
  ['its file is in a package that is missing', { config: AS_MODULE }, 'not installed'],
  ['the folder of modules is gone', { config: AS_MODULE, loadable: undefined }, 'not installed'],
  ['the configuration has it off', {}, 'absent'],
  ['there is no configuration, and no file of it', { config: undefined }, 'absent'],
  ['there is no file at all', { config: undefined, loadable: undefined }, 'unknown'],
])('%s', (_, over, support) => {
  expect(supportOf(kernel(over), NETEM)).toBe(support);
});

const files = {
  '/proc/sys/kernel/osrelease': `${RELEASE}\n`,
  '/proc/modules': 'nf_tables 303104 0 - Live 0x0\n',
  '/sys/module/kernel/parameters': '',
  [`/boot/config-${RELEASE}`]: 'CONFIG_NET_SCH_NETEM=m\n',
  [`/lib/modules/${RELEASE}/modules.dep`]: 'kernel/net/sched/sch_netem.ko:\n',
  [`/lib/modules/${RELEASE}/modules.builtin`]: 'kernel/net/packet/af_packet.ko\n',
};

test('a kernel of Debian, by its files', async () => {
  expect(await kernelOf(fakeHost({ files }))).toEqual({
    release: RELEASE,
    config: AS_MODULE,
    configPath: `/boot/config-${RELEASE}`,
    present: new Set(['nf_tables', 'kernel']),
    builtIn: new Set(['af_packet']),
    loadable: ITS_FILE,
    mayLoad: true,
  });
  const locked = { ...files, '/proc/sys/kernel/modules_disabled': '1\n' };
  expect(await kernelOf(fakeHost({ files: locked }))).toMatchObject({ mayLoad: false });
});

test("the kernel's own copy of its configuration comes first, and is packed", async () => {
  let pieces = [gzipSync('CONFIG_PACKET=y\n').subarray(0, 12), gzipSync('CONFIG_PACKET=y\n').subarray(12)];
  let isClosed = false;
  const host = {
    ...fakeHost({ files }),
    openInside: (root: string, path: string) => {
      expect([root, path]).toEqual(['/', '/proc/config.gz']);
      const next = async () => {
        const [piece = Buffer.alloc(0), ...rest] = pieces;
        pieces = rest;
        return piece;
      };
      return { kind: 'file' as const, next, close: () => void (isClosed = true) };
    },
  };
  expect(await kernelOf(host)).toMatchObject({
    config: new Map([['CONFIG_PACKET', 'y']]),
    configPath: '/proc/config.gz',
  });
  expect(isClosed).toBe(true);
  pieces = [Buffer.from('this is not packed')];
  expect((await kernelOf(host)).configPath).toBe(`/boot/config-${RELEASE}`);
});

test('a host that shows nothing', async () => {
  expect(await kernelOf(fakeHost({ files: {} }))).toEqual({
    release: '',
    config: undefined,
    configPath: undefined,
    present: new Set(),
    builtIn: new Set(),
    loadable: undefined,
    mayLoad: true,
  });
});
