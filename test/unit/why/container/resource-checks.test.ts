import { describe, expect, test } from 'vitest';
import { parseInspection } from '../../../../src/engine/inspection.ts';
import type { Limits } from '../../../../src/process/limits/container-limits.ts';
import { RESOURCE_CHECKS } from '../../../../src/why/container/resource-checks.ts';
import { STORAGE_CHECKS } from '../../../../src/why/container/storage-checks.ts';
import { ID } from '../../fakes.ts';
import { HYBRID_FILES, V2_FILES } from '../../process/recorded.ts';
import { found, limitsBy, mount } from './given.ts';

const V1_CALM = {
  'memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 0\n',
  'pids.events': 'max 0\n',
};
const V2_CALM = { 'memory.events': 'low 0\nhigh 0\nmax 34\noom 0\noom_kill 0\n' };
const v1Memory = (charged: number, cache: number) => ({
  ...V1_CALM,
  'memory.usage_in_bytes': `${charged}\n`,
  'memory.stat': `cache ${cache}\ntotal_inactive_file 1048576\ntotal_active_file ${cache - 1048576}\n`,
});
const v2Memory = (charged: number, cache: number) => ({
  ...V2_CALM,
  'memory.current': `${charged}\n`,
  'memory.stat': `anon 1\nfile ${cache}\ninactive_file 1048576\nactive_file ${cache - 1048576}\n`,
});
const FULL = 67_108_864;
const STALLED = 'some avg10=80.00 avg60=1.21 avg300=0.25 total=1\nfull avg10=61.30 avg60=1.21 avg300=0.25 total=1\n';

describe.each([
  ['v1', HYBRID_FILES, V1_CALM, v1Memory],
  ['v2', V2_FILES, V2_CALM, v2Memory],
] as const)('%s', (version, files, calm, memory) => {
  test.each([
    ['nothing is wrong', calm, []],
    [
      'it was killed for memory',
      {},
      [/oom-kills broken: .* killed [12] process(es)? in "web" .* its memory limit is 64MiB/],
    ],
    [
      'its memory is used up',
      memory(FULL, 2 << 20),
      [/memory-near-limit suspect: "web" holds 62MiB of its 64MiB .*97 %/],
    ],
    ['by file cache alone', memory(FULL, 50 << 20), []],
  ] as const)('%s', async (_, other, expected) => {
    const sentences = found(RESOURCE_CHECKS, { limits: await limitsBy(files, other) });
    const about = sentences.filter((sentence) => !sentence.includes('resources.pids'));
    expect(about).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
    expect(about.length + (version === 'v1' && other !== calm && !('pids.events' in other) ? 1 : 0)).toBe(
      sentences.length,
    );
  });

  test.each([
    [
      'pids.current',
      '50',
      '50',
      'max 3',
      ['broken: "web" has 50 of at most 50 processes and threads: no other can start, and 3 forks failed for it'],
    ],
    [
      'full on purpose',
      '50',
      '50',
      'max 0',
      ['suspect: "web" has 50 of at most 50 processes and threads: no other can start'],
    ],
    [
      'it was full',
      '4',
      '50',
      'max 1',
      ['suspect: "web" was at its limit of 50 processes and threads before: 1 fork failed for it; now it has 4'],
    ],
    ['no limit', '4', 'max', 'max 0', []],
  ])('pids: %s', async (_, used, limit, events, expected) => {
    const other = { ...calm, 'pids.current': `${used}\n`, 'pids.max': `${limit}\n`, 'pids.events': `${events}\n` };
    expect(found(RESOURCE_CHECKS, { limits: await limitsBy(files, other) })).toEqual(
      expected.map((sentence) => `resources.pids ${sentence}`),
    );
  });

  test.each([
    [5, 5, [/throttled suspect: .* in 5 of the last 5 periods it had used up its quota of 0.5 CPUs/]],
    [5, 2, []],
    [1, 1, []],
    [0, 0, []],
  ])('of %i periods %i throttled', async (periods, throttled, expected) => {
    const facts = { limits: await limitsBy(files, calm), throttling: { periods, throttled } };
    expect(found(RESOURCE_CHECKS, facts)).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });
});

test('pressure, which hybrid hosts count too', async () => {
  const limits = await limitsBy(HYBRID_FILES, { ...V1_CALM, 'memory.pressure': STALLED, 'io.pressure': STALLED });
  expect(found(RESOURCE_CHECKS, { limits })).toEqual([
    'resources.pressure suspect: for 61 % of the last 10 seconds everything in "web" waited for memory to be freed',
    'resources.pressure suspect: for 61 % of the last 10 seconds everything in "web" waited for a disk',
  ]);
});

test.each([
  [
    1024,
    1024,
    [
      'broken: process 7 (nginx) of "web" has 1024 of at most 1024 files open: it can open no other, nor take a connection',
    ],
  ],
  [1000, 1024, ['suspect: process 7 (nginx) of "web" has 1000 of at most 1024 files open']],
  [900, 1024, []],
  [900, null, []],
])('%i files open of %j', (used, limit, expected) => {
  const limits = { openFiles: { pid: 7, command: 'nginx', used, limit } } as Limits;
  expect(found(RESOURCE_CHECKS, { limits })).toEqual(expected.map((sentence) => `resources.open-files ${sentence}`));
});

test.each([
  [3 * 2 ** 30, ['resources.log suspect: the log of "web" is a file of 3GiB on the engine\'s disk']],
  [2 ** 20, []],
  [undefined, []],
])('a log of %j bytes', (logSize, expected) => {
  expect(found(RESOURCE_CHECKS, { logSize, inspection: parseInspection({ Id: ID }) })).toEqual(expected);
});

const GIB = 2 ** 30;

// statfs(2) of a container's root on overlay2 over xfs with pquota, docker run --storage-opt size=10m: the quota is the size.
test.each([
  ['10m', '/', ': all 10MiB of its overlay file system are used, which is its quota (--storage-opt size=10m)'],
  ['10m', '/data', ': all 10MiB of its overlay file system are used'],
  [undefined, '/', ': all 10MiB of its overlay file system are used'],
])('a quota of %j, and %s is full', (size, mountPoint, says) => {
  const inspection = parseInspection({ Id: ID, HostConfig: { StorageOpt: size === undefined ? null : { size } } });
  const space = { size: 10 * 2 ** 20, available: 0, used: 10 * 2 ** 20, inodes: 1000, usedInodes: 10 };
  const shown = [{ mountPoint, device: '0:50', type: 'overlay', isReadOnly: false, space }];
  const limits = { fileSystems: { shown, left: 0 } } as unknown as Limits;
  expect(found(STORAGE_CHECKS, { inspection, limits })).toEqual([
    `resources.space broken: no space is left on "${mountPoint}" of "web"${says}`,
  ]);
});

test('a quota of a volume is named', () => {
  const space = { size: 10 * 2 ** 20, available: 0, used: 10 * 2 ** 20, inodes: 1000, usedInodes: 10 };
  const shown = [{ mountPoint: '/data', device: '0:50', type: 'xfs', isReadOnly: false, space }];
  const inspection = parseInspection({ Id: ID, Mounts: [{ Type: 'volume', Name: 'db', Destination: '/data' }] });
  const limits = { fileSystems: { shown, left: 0 } } as unknown as Limits;
  expect(found(STORAGE_CHECKS, { inspection, limits, volumeSizes: new Map([['/data', '10m']]) })).toEqual([
    'resources.space broken: no space is left on "/data" of "web": all 10MiB of its xfs file system are used, which is the quota of volume db (size=10m)',
  ]);
});

test.each([
  [
    'ext4',
    false,
    [100 * GIB, 0],
    [1000, 10],
    ['space broken: no space is left on "/data" of "web": all 100GiB of its ext4 file system are used'],
  ],
  [
    'ext4',
    false,
    [10 * GIB, GIB / 4],
    [1000, 10],
    ['space suspect: "/data" of "web" is nearly full: 256MiB of 10GiB are left'],
  ],
  // five in a hundred of a large disk are plenty
  ['ext4', false, [1000 * GIB, 40 * GIB], [1000, 10], []],
  ['squashfs', false, [GIB, 0], [0, 0], []],
  ['ext4', true, [GIB, 0], [1000, 1000], []],
  [
    'ext4',
    false,
    [GIB, GIB],
    [1000, 1000],
    ['inodes broken: "/data" of "web" can hold no more files: 1000 of 1000 are there (100 %), whatever space is left'],
  ],
  [
    'xfs',
    false,
    [GIB, GIB],
    [1000, 960],
    [
      'inodes suspect: "/data" of "web" can hold hardly any more files: 960 of 1000 are there (96 %), whatever space is left',
    ],
  ],
  // btrfs does not limit them
  ['btrfs', false, [GIB, GIB], [0, 0], []],
] as const)('%s, read-only %s, %j, %j', (type, isReadOnly, [size, available], [inodes, usedInodes], expected) => {
  const space = { size, available, used: size - available, inodes, usedInodes };
  const limits = {
    fileSystems: { shown: [{ mountPoint: '/data', device: '8:1', type, isReadOnly, space }], left: 0 },
  } as unknown as Limits;
  expect(found(STORAGE_CHECKS, { limits })).toEqual(expected.map((sentence) => `resources.${sentence}`));
});

test.each([
  [
    { readOnly: 'file system' },
    [/read-only broken: "\/data" of "web" .* the ext4 file system of \/volumes\/data has become read-only/],
  ],
  [{ readOnly: 'mount' }, [/read-only suspect: "\/data" of "web" is mounted read-only/]],
  [{ readOnly: 'file system', isWritable: false }, []],
  [{ readOnly: 'file system', fileSystem: 'squashfs' }, []],
  [{}, []],
] as const)('a mount with %j', (over, expected) => {
  const sentences = found(STORAGE_CHECKS, { mounts: [mount(over)], limits: {} as Limits });
  expect(sentences).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
});
