import { expect, test } from 'vitest';
import { sampleProcesses } from '../../../src/process/process-sample.ts';
import { subjectOfPid } from '../../../src/process/subject.ts';
import { fakeHost, ID } from '../fakes.ts';

const stat = (pid: number, command: string, state: string, ticks: number, parent = 1) =>
  `${pid} (${command}) ${state} ${parent} 1 1 0 -1 4194560 969 0 2 0 ${ticks} 0 0 0 20 0 1 0 1000 2322432 316`;
const thread = (tid: number, state: string, ticks: number, nanoseconds: number, sleeps = 0) => ({
  [`/proc/1234/task/${tid}/status`]: `Name:\tworker\nvoluntary_ctxt_switches:\t${sleeps}\nnonvoluntary_ctxt_switches:\t7\n`,
  [`/proc/1234/task/${tid}/stat`]: stat(tid, 'worker', state, ticks),
  [`/proc/1234/task/${tid}/schedstat`]: `${nanoseconds} 5000000 7\n`,
  [`/proc/1234/task/${tid}/wchan`]: state === 'R' ? '0' : 'futex_do_wait',
  // op 0x189: FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME; the fourth is the time
  // limit
  [`/proc/1234/task/${tid}/syscall`]: `202 0x7f00 0x189 0x0 ${tid === 1236 ? '0x7ffe' : '0x0'} 0x0 0xffffffff 0x1 0x2\n`,
});
const zombie = (pid: number) => ({
  [`/proc/${pid}/stat`]: stat(pid, 'job', 'Z', 0, 1234),
  [`/proc/${pid}/cgroup`]: '1:name=systemd:/\n',
});

test.each([
  ['v1', `4:memory:/docker/${ID}\n1:name=systemd:/docker/${ID}\n`],
  ['v2', `0::/docker/${ID}\n`],
])('%s: what is so both times, and what goes on in between', async (_, cgroup) => {
  const files = (ticks: number, state: string, nanoseconds: number): Record<string, string> => ({
    '/proc/1234/cgroup': cgroup,
    '/proc/1234/stat': stat(1234, 'a) b', state, ticks),
    ...thread(1234, 'R', ticks, nanoseconds),
    ...thread(1235, 'S', 0, 0),
    ...thread(1236, 'S', 0, 0),
    // it slept between the readings
    ...thread(1237, 'R', 0, 0, ticks),
    ...zombie(2000),
    // another container's, and a zombie of nobody's here
    '/proc/3000/cgroup': '0::/other\n',
    '/proc/3000/stat': stat(3000, 'other', 'R', 0),
    '/proc/3001/stat': stat(3001, 'other', 'Z', 0, 3000),
  });
  let now = 0;
  let host = fakeHost({ files: { ...files(100, 'R', 0), ...zombie(2001) } });
  const subject = subjectOfPid(host, 1234);
  const reads = { ...host, read: (path: string) => host.read(path), entries: (path: string) => host.entries(path) };
  const wait = async (milliseconds: number) => {
    now += milliseconds;
    host = fakeHost({ files: files(119, 'S', 150_000_000) });
  };
  const seen = await sampleProcesses(reads, subject, { clock: () => now, wait });
  expect(seen.map(({ pid, command, isMain, state, parent }) => [pid, command, isMain, state, parent.command])).toEqual([
    [1234, 'a) b', true, undefined, ''],
    [2000, 'job', false, 'Z', 'a) b'],
  ]);
  expect(seen[0]!.threads).toMatchObject([
    {
      tid: 1234,
      state: 'R',
      cpuShare: 0.95,
      wantedShare: 0.75,
      neverSlept: true,
      sleepsIn: undefined,
      isOnFutex: false,
    },
    { tid: 1235, state: 'S', cpuShare: 0, neverSlept: false, sleepsIn: 'futex_do_wait', isOnFutex: true },
    // it would give up by itself
    { tid: 1236, isOnFutex: false },
    { tid: 1237, state: 'R', neverSlept: false },
  ]);
});
