import { expect, test } from 'vitest';
import { processReader } from '../../../../src/process/usage/process-usage.ts';
import { fakeHost, ID } from '../../fakes.ts';

const stat = (pid: number, ticks: number, start = 500) =>
  `${pid} (sh) S 1 1 1 0 0 0 0 0 0 0 ${ticks} 0 0 0 20 0 1 0 ${start} 0`;
const process = (pid: number, ticks: number, written: number, { cgroup = `/docker/${ID}`, start = 500 } = {}) => ({
  [`/proc/${pid}/cgroup`]: `0::${cgroup}\n`,
  [`/proc/${pid}/stat`]: stat(pid, ticks, start),
  [`/proc/${pid}/status`]: 'State:\tS\nVmRSS:\t    4 kB\nThreads:\t3\n',
  [`/proc/${pid}/cmdline`]: pid === 7 ? 'sh\0-c\0x\0' : '',
  [`/proc/${pid}/limits`]: 'Max open files            64                 64                 files     \n',
  [`/proc/${pid}/io`]: `rchar: 1\nread_bytes: 0\nwrite_bytes: ${written}\n`,
  [`/proc/${pid}/fd/0`]: '',
});
const subject = { id: ID, name: 'web', pid: 7, places: [{ hierarchy: '', path: `/docker/${ID}` }] };

test('the processes of a container, and what each did since the reading before', () => {
  const files: Record<string, string> = {
    '/proc/uptime': '20.00 1.00\n',
    ...process(7, 10, 1000),
    ...process(8, 0, 0, { cgroup: '/elsewhere' }),
  };
  let now = 0;
  const read = processReader(fakeHost({ files }), subject, () => now);
  expect(read()).toEqual([
    {
      pid: 7,
      key: '7 500',
      state: 'S',
      cpuPercent: undefined,
      readPerSecond: undefined,
      writtenPerSecond: undefined,
      rssBytes: 4096,
      threads: 3,
      openFiles: { used: 1, limit: 64 },
      elapsedMs: 15_000,
      command: 'sh -c x',
    },
  ]);
  now = 2000;
  Object.assign(files, process(7, 110, 5000), process(9, 5, 0));
  expect(read()).toMatchObject([
    { pid: 7, cpuPercent: 50, readPerSecond: 0, writtenPerSecond: 2000 },
    { pid: 9, cpuPercent: undefined, command: '[sh]' },
  ]);
});

test('another process with the same pid has no share in what the one before did', () => {
  const files: Record<string, string> = { '/proc/uptime': '20.00 1.00\n', ...process(7, 900, 0) };
  let now = 0;
  const read = processReader(fakeHost({ files }), subject, () => now);
  read();
  now = 1000;
  Object.assign(files, process(7, 3, 0, { start: 900 }));
  expect(read()).toMatchObject([{ key: '7 900', cpuPercent: undefined }]);
});

test('who is not root sees neither open files nor block I/O', () => {
  const files = { '/proc/uptime': '20.00 1.00\n', ...process(7, 10, 1000), '/proc/7/io': '' };
  const [row] = processReader(fakeHost({ files, isRoot: false }), subject, () => 0)();
  expect(row).toMatchObject({ openFiles: undefined, writtenPerSecond: undefined });
});
