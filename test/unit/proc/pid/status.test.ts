import { expect, test } from 'vitest';
import { capabilities, parseStatus } from '../../../../src/proc/pid/status.ts';

// Recorded, shortened: nginx's worker in a container, Linux 4.9 (no NoNewPrivs before 4.10) and
// 6.18.
const V4_9 = `Name:\tnginx
State:\tS (sleeping)
Tgid:\t310
Pid:\t310
PPid:\t290
TracerPid:\t0
Uid:\t101\t101\t101\t101
Gid:\t101\t101\t101\t101
Groups:\t101 
NSpid:\t310\t7
VmRSS:\t    1380 kB
Threads:\t3
SigPnd:\t0000000000000000
ShdPnd:\t0000000000000000
SigCgt:\t0000000018016a07
CapEff:\t0000000000000400
CapBnd:\t00000000a80425fb
Seccomp:\t2
`;
const V6_18 = `${V4_9.replace('State:\tS (sleeping)', 'Umask:\t0022\nState:\tR (running)')}NoNewPrivs:\t1\nSeccomp_filters:\t1\n`;

test.each([
  ['4.9', V4_9, { state: 'S', noNewPrivileges: false }],
  ['6.18', V6_18, { state: 'R', noNewPrivileges: true }],
])('Linux %s', (_, text, own) => {
  expect(parseStatus(text)).toEqual({
    threadGroup: 310,
    tracer: 0,
    uid: 101,
    gid: 101,
    groups: [101],
    pids: [310, 7],
    rssBytes: 1_413_120,
    threads: 3,
    effectiveSet: 0x400n,
    boundingSet: 0xa8_04_25_fbn,
    pendingSignals: 0n,
    caughtSignals: 0x18_01_6a_07n,
    hasSeccompFilter: true,
    ...own,
  });
});

test('a zombie or a kernel thread has no memory; nothing at all is nobody', () => {
  expect(parseStatus('Name:\tx\nState:\tZ (zombie)\nUid:\t0\t0\t0\t0\n').rssBytes).toBe(0);
  expect(parseStatus('')).toMatchObject({ state: '', groups: [], pids: [], boundingSet: 0n, noNewPrivileges: false });
});

test('a signal waits for the process, or for its thread', () => {
  expect(parseStatus('SigPnd:\t0000000000000100\nShdPnd:\t0000000000004000\n').pendingSignals).toBe(0x4100n);
});

test('a name with a line feed, which the kernel escapes, makes up no field', () =>
  expect(parseStatus('Name:\tx\\nUid:\t7\nUid:\t0\t5\t0\t0\n').uid).toBe(5));

test('the effective user, traced', () => {
  const text = 'Name:\tsleep\nTracerPid:\t42\nUid:\t0\t1000\t0\t0\nGid:\t0\t100\t0\t0\nGroups:\t10 20 \n';
  expect(parseStatus(text)).toMatchObject({ uid: 1000, gid: 100, groups: [10, 20], tracer: 42 });
});

test('capabilities by their numbers', () => expect(capabilities(0x3001n)).toEqual([0, 12, 13]));
