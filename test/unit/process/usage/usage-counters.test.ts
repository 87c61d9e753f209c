import { expect, test } from 'vitest';
import { readCounters } from '../../../../src/process/usage/usage-counters.ts';

const reader = (files: Readonly<Record<string, string>>, asked: string[] = []) => {
  return (name: string): string | undefined => {
    asked.push(name);
    return files[name];
  };
};

// Recorded in a container with --cpus 0.2 -m 64m, shortened: Linux 6.18 with cgroup v1, and 6.1 with v2.
const V1 = {
  'cpuacct.usage': '1147520123\n',
  'cpu.stat': 'nr_periods 60\nnr_throttled 55\nthrottled_time 4012345678\n',
  'cpu.cfs_quota_us': '20000\n',
  'cpu.cfs_period_us': '100000\n',
  'memory.usage_in_bytes': '3000000\n',
  'memory.limit_in_bytes': '67108864\n',
  'memory.memsw.limit_in_bytes': '134217728\n',
  'memory.stat': 'cache 9\ninactive_file 9\ntotal_inactive_file 1000000\ntotal_active_file 500000\ntotal_swap 4096\n',
  'memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n',
  'pids.current': '3\n',
  'pids.max': 'max\n',
  'blkio.throttle.io_service_bytes_recursive':
    '254:0 Read 4096\n254:0 Write 8192\n254:0 Sync 0\n254:16 Read 1\n254:16 Write 2\nTotal 12291\n',
  'freezer.state': 'THAWED\n',
};
const V2 = {
  'cpu.stat':
    'usage_usec 1147520\nuser_usec 1\nsystem_usec 1\nnr_periods 60\nnr_throttled 55\nthrottled_usec 4012345\n',
  'cpu.max': '20000 100000\n',
  'memory.current': '3000000\n',
  'memory.max': '67108864\n',
  'memory.swap.current': '4096\n',
  'memory.swap.max': '67108864\n',
  'memory.stat': 'anon 1500000\ninactive_file 1000000\nactive_file 500000\n',
  'memory.events': 'low 0\nhigh 0\nmax 7\noom 2\noom_kill 2\n',
  'pids.current': '3\n',
  'pids.max': 'max\n',
  'io.stat': '254:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n254:16 rbytes=1 wbytes=2\n',
  'cgroup.events': 'populated 1\nfrozen 0\n',
  'cpu.pressure': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=700\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1\n',
  'io.pressure': 'some avg10=0.00 avg60=0.00 avg300=0.00 total=900\n',
};

test.each([
  ['v1', V1, {}],
  ['v2', V2, { cpu: 700, io: 900 }],
])('%s: the same container has the same figures', (_, files, pressure) =>
  expect(readCounters(reader(files), undefined, () => 5)).toEqual({
    at: 5,
    cpu: { usedMicroseconds: 1_147_520, limitCpus: 0.2, periods: 60, throttledPeriods: 55 },
    // As docker stats: without the cache that can be dropped at once.
    memory: { used: 2_000_000, charged: 3_000_000, fileCache: 1_500_000, limit: 67_108_864, oomKills: 2 },
    swap: { used: 4096, limit: 67_108_864 },
    pids: { used: 3, limit: null, limitHits: undefined },
    io: { readBytes: 4097, writtenBytes: 8194 },
    pressure,
    traffic: undefined,
    isFrozen: false,
  }),
);

test.each([
  ['v1', { ...V1, 'freezer.state': 'FROZEN\n' }, true],
  ['v1, on the way', { ...V1, 'freezer.state': 'FREEZING\n' }, true],
  ['v2', { ...V2, 'cgroup.events': 'populated 1\nfrozen 1\n' }, true],
  ['a kernel that shows no freezer', { 'pids.current': '1\n' }, undefined],
])('paused, %s', (_, files, isFrozen) =>
  expect(readCounters(reader(files), undefined, () => 0)?.isFrozen).toBe(isFrozen),
);

test('before Linux 5.0, v1 counts block I/O in another file', () => {
  const { 'blkio.throttle.io_service_bytes_recursive': bytes, ...others } = V1;
  const files = { ...others, 'blkio.throttle.io_service_bytes': bytes };
  expect(readCounters(reader(files), undefined, () => 0)?.io).toEqual({ readBytes: 4097, writtenBytes: 8194 });
});

test('the traffic of the interfaces that the engine made: not lo, nor what a container in it has', () => {
  const line = (name: string) => `${name}: 1 0 0 0 0 0 0 0 2 0 0 0 0 0 0 0`;
  const text = ['lo', 'eth0', 'docker0', 'veth1a2b3c', 'br-0123456789ab', 'ens5'].map(line).join('\n');
  expect([...readCounters(reader(V2), text, () => 0)!.traffic!.keys()]).toEqual(['eth0', 'ens5']);
});

test('a cgroup that is gone is nothing; a host that counts only processes still tells these', () => {
  expect(readCounters(reader({}), 'eth0: 1', () => 0)).toBeUndefined();
  expect(readCounters(reader({ 'pids.current': '4\n' }), undefined, () => 0)).toMatchObject({
    cpu: undefined,
    memory: undefined,
    io: undefined,
    pids: { used: 4 },
  });
});

test('each file is read once: a hundred containers are read every second', () => {
  const asked: string[] = [];
  readCounters(reader(V2, asked), undefined, () => 0);
  expect(asked).toEqual([...new Set(asked)]);
});
