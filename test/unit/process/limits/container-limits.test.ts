import { describe, expect, test } from 'vitest';
import { limitsRecord } from '../../../../src/verbs/limits/limits-record.ts';
import { limitsTable, notOfferedText } from '../../../../src/verbs/limits/limits-text.ts';
import { amount } from '../../../../src/proc/cgroup-values.ts';
import { limitsOf } from '../../../../src/process/limits/container-limits.ts';
import { subjectOfPid } from '../../../../src/process/subject.ts';
import { fakeHost } from '../../fakes.ts';
import * as recorded from '../recorded.ts';

const links = { '/sys/dev/block/254:0': '../../devices/pci0/block/vda' };

/** A clock that goes on by waiting alone, and what happens while it does. */
function timing(happens: (now: number) => void = () => undefined) {
  let now = 0;
  return { clock: () => now, wait: async (milliseconds: number) => happens((now += milliseconds)) };
}

async function limits(files: Readonly<Record<string, string>>) {
  const host = fakeHost({ files, links });
  return limitsOf(host, subjectOfPid(host, 1234), timing());
}

test.each([
  ['max\n', null],
  ['-1\n', null],
  ['9223372036854771712\n', null],
  ['9223372036854710272\n', null],
  ['67108864\n', 67108864],
  ['0\n', 0],
  ['\n', undefined],
  ['nonsense\n', undefined],
  [undefined, undefined],
])('the value %j is %j', (text, expected) => {
  expect(amount(text)).toBe(expected);
});

describe('hybrid', () => {
  test('v1 files, and the pressure of v2', async () => {
    expect(JSON.parse(JSON.stringify(limitsRecord(await limits(recorded.HYBRID_FILES))))).toEqual({
      memory: {
        used_bytes: 618496,
        charged_bytes: 626688,
        limit_bytes: 67108864,
        reservation_bytes: null,
        peak_bytes: 67108864,
        limit_hits: 34,
        oom_kills: 2,
      },
      swap: { used_bytes: 4096, limit_bytes: 67108864 },
      cpu: {
        used_cpus: 0,
        limit_cpus: 0.5,
        used_usec: 1172874,
        quota_usec: 50000,
        period_usec: 100000,
        shares: 1024,
        cpuset: '0-1',
        periods: 25,
        throttled_periods: 22,
        throttled_usec: 1065398,
      },
      pids: { used: 4, limit: 50, limit_hits: 7 },
      io: [
        {
          device: '254:0',
          name: 'vda',
          read_bytes: 4096,
          written_bytes: 1048576,
          reads: 1,
          writes: 3,
          read_bytes_per_second_limit: 1048576,
          written_bytes_per_second_limit: null,
          reads_per_second_limit: null,
          writes_per_second_limit: null,
        },
      ],
      pressure: {
        cpu: {
          some: { avg10: 6.7, avg60: 1.21, avg300: 0.25, total_usec: 1005819 },
          full: { avg10: 6.7, avg60: 1.21, avg300: 0.25, total_usec: 1005006 },
        },
        memory: {
          some: { avg10: 0, avg60: 0, avg300: 0, total_usec: 0 },
          full: { avg10: 0, avg60: 0, avg300: 0, total_usec: 0 },
        },
        io: {
          some: { avg10: 0, avg60: 0, avg300: 0, total_usec: 89 },
          full: { avg10: 0, avg60: 0, avg300: 0, total_usec: 78 },
        },
      },
    });
  });

  test('as people read it', async () => {
    const read = await limits(recorded.HYBRID_FILES);
    expect(limitsTable(read).replace(/ {3,}/g, '  ')).toMatchInlineSnapshot(`
      "RESOURCE  USE  LIMIT  SHARE  NOTES
      memory  604KiB  64MiB  0.9%  killed out of memory: 2, at its limit 34 times, peak 64MiB
      swap  4KiB  64MiB  0.0%  -
      cpu  0 CPUs  0.5 CPUs  0.0%  throttled in 22 of 25 periods, 1.07 s in all, shares 1024, on CPU 0-1, 1.17 s used in all
      pids  4  50  8.0%  at its limit 7 times
      io vda  4.1kB read, 1.05MB written  read 1.05MB/s  -  1 reads, 3 writes

      PRESSURE  SOME 10 s  60 s  300 s  FULL 10 s  60 s  300 s
      cpu  6.70%  1.21%  0.25%  6.70%  1.21%  0.25%
      memory  0.00%  0.00%  0.00%  0.00%  0.00%  0.00%
      io  0.00%  0.00%  0.00%  0.00%  0.00%  0.00%
      "
    `);
    expect(notOfferedText(read)).toBe(
      "dbg: only root may see the container's open files and file systems:  sudo dbg limits …\n",
    );
  });
});

test('red: what was throttled, killed, refused, or is more than 90 % full', async () => {
  const read = await limits(recorded.HYBRID_FILES);
  const full = { ...read, swap: { used: 91, limit: 100 } };
  const isRed = (of: typeof read) => {
    const lines = limitsTable(of, { isColoured: true }).split('\n');
    return lines.filter((line) => line.startsWith('\u001b[31m')).map((line) => line.slice(5).split(' ')[0]);
  };
  expect(isRed(read)).toEqual(['memory', 'cpu', 'pids']);
  expect(isRed(full)).toEqual(['memory', 'swap', 'cpu', 'pids']);
  expect(limitsTable(full)).not.toContain('\u001b');
});

describe('v2', () => {
  test('its own files', async () => {
    const record = JSON.parse(JSON.stringify(limitsRecord(await limits(recorded.V2_FILES))));
    expect(record).toMatchObject({
      memory: {
        used_bytes: 8388608,
        charged_bytes: 10485760,
        limit_bytes: 67108864,
        reservation_bytes: null,
        peak_bytes: 20971520,
        limit_hits: 34,
        oom_kills: 1,
      },
      swap: { used_bytes: 4096, limit_bytes: null },
      cpu: { limit_cpus: 0.5, used_usec: 1172874, weight: 100, cpuset: '0-3', throttled_usec: 1065398 },
      pids: { used: 4, limit: null, limit_hits: 0 },
    });
    expect(record.cpu).not.toHaveProperty('shares');
    expect(record.pressure).toEqual({ cpu: { some: expect.objectContaining({ avg10: 6.7 }) } });
    expect(record.io).toEqual([
      expect.objectContaining({
        device: '254:0',
        name: 'vda',
        written_bytes: 1048576,
        read_bytes_per_second_limit: null,
      }),
      expect.objectContaining({
        device: '8:16',
        name: null,
        reads: 0,
        read_bytes_per_second_limit: 2097152,
        writes_per_second_limit: 120,
      }),
    ]);
  });

  test('no quota, and no controller but the basic files', async () => {
    const files = Object.fromEntries(
      Object.entries(recorded.V2_FILES).filter(([name]) => !/\/(memory|pids|io|cpu\.pressure|cpuset)[^/]*$/.test(name)),
    );
    const cpuMax = Object.keys(files).find((name) => name.endsWith('cpu.max'))!;
    const read = await limits({ ...files, [cpuMax]: 'max 100000\n' });
    expect(read.cpu).toMatchObject({ limitCpus: null, periodMicroseconds: 100000, cpuset: undefined });
    expect(notOfferedText(read)).toEqual(
      expect.stringContaining(
        'dbg: the kernel does not count these for the container: memory, swap, pids, io, pressure\n',
      ),
    );
    expect(limitsTable(read)).toContain('0 CPUs  none');
  });
});

test('use of CPUs is what was added during the sample', async () => {
  const files: Record<string, string> = { ...recorded.V2_FILES };
  const stat = Object.keys(files).find((name) => name.endsWith('cpu.stat'))!;
  const host = fakeHost({ files });
  delete files[stat.replace('stat', 'max')];
  const add = () => void (files[stat] = 'usage_usec 1272874\n');
  const read = await limitsOf(host, subjectOfPid(host, 1234), timing(add));
  expect(read.cpu?.usedCpus).toBe(0.5);
});

test('a container that ends meanwhile, and a cgroup that no mount shows', async () => {
  const files: Record<string, string> = { ...recorded.V2_FILES };
  const host = fakeHost({ files });
  const remove = () => Object.keys(files).forEach((name) => delete files[name]);
  const gone = limitsOf(host, subjectOfPid(host, 1234), timing(remove));
  await expect(gone).rejects.toThrow(`container "${recorded.ID.slice(0, 12)}" ended just now`);
  await expect(limits({ '/proc/1234/cgroup': recorded.V2_SYSTEMD_CGROUP })).rejects.toThrow('no cgroup file system');
});
