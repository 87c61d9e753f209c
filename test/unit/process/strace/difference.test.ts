import { describe, expect, test } from 'vitest';
import { comparable } from '../../../../src/process/strace/comparable.ts';
import { firstDifference } from '../../../../src/process/strace/difference.ts';
import { parseTrace } from '../../../../src/process/strace/trace.ts';

describe('the same', () => {
  test.each([
    ['brk(NULL) = 0x55f0a1b2c000', 'brk(NULL)                               = 0x5619c4a97000'],
    ['mmap(NULL, 8192, 3, 2, 3, 0x28000) = 0x7f00aa000000', 'mmap(NULL, 8192, 3, 2, 3, 0x28000) = 0x7f11bb000000'],
    ['clone(child_stack=NULL, child_tidptr=0x7f01a10) = 17', 'clone(child_stack=NULL, child_tidptr=0x7f02a10) = 4711'],
    ['clone3({parent_tid=[12]}, 88) = 12', 'clone3({parent_tid=[99]}, 88) = 99'],
    ['getpid() = 1', 'getpid() = 77<sh>'],
    ['wait4(17, [{WIFEXITED(s)}], 0, NULL) = 17', 'wait4(18, [{WIFEXITED(s)}], 0, NULL) = 18'],
    [
      'wait4(-1, NULL, 0, {ru_utime={tv_sec=0, tv_usec=1}, ...}) = 7',
      'wait4(-1, NULL, 0, {ru_utime={tv_sec=1, tv_usec=2}, ...}) = 8',
    ],
    ['waitid(P_PID, 7, {si_pid=7}, WEXITED, NULL) = 0', 'waitid(P_PID, 8, {si_pid=8}, WEXITED, NULL) = 0'],
    ['kill(17, SIGTERM) = 0', 'kill(4711, SIGTERM) = 0'],
    ['kill(-17, SIGTERM) = 0', 'kill(-4711, SIGTERM) = 0'],
    ['tgkill(17, 18, SIGABRT) = 0', 'tgkill(27, 28, SIGABRT) = 0'],
    ['set_tid_address(0x114f1690) = 7', 'set_tid_address(0x215f1690) = 99'],
    ['ioctl(0, TIOCGPGRP, [17]) = 0', 'ioctl(0, TIOCGPGRP, [4711]) = 0'],
    ['getrandom("\\x1c\\xe1", 2, GRND_NONBLOCK) = 2', 'getrandom("\\xff\\x00", 2, GRND_NONBLOCK) = 2'],
    ['read(3</dev/urandom>, "abc", 3) = 3', 'read(3</dev/urandom>, "xyz", 3) = 3'],
    ['close(3</a->b>) = 0', 'close(3) = 0'],
    ['close(0</dev/pts/0<char 136:0>>) = 0', 'close(0<TCP:[127.0.0.1:4->1.2.3.4:80]>) = 0'],
    ['openat(AT_FDCWD</tmp>, "x", O_RDONLY) = 3</tmp/x>', 'openat(AT_FDCWD, "x", O_RDONLY) = 3'],
    [
      'execve("/bin/ls", ["ls"], 0x7fff705519a0 /* 6 vars */) = 0',
      'execve("/bin/ls", ["ls"], 0x7ffe105519a0 /* 35 vars */) = 0',
    ],
    [
      'newfstatat(3, "", {st_dev=makedev(0x8, 0x1), st_ino=12, st_mode=S_IFREG|0644, st_size=5, st_mtime=170 /* 2023 */, st_mtime_nsec=9}, 0) = 0',
      'newfstatat(3, "", {st_dev=makedev(0, 0x2f), st_ino=99, st_mode=S_IFREG|0644, st_size=5, st_mtime=180 /* 2024 */, st_mtime_nsec=0}, 0) = 0',
    ],
    [
      'clock_gettime(CLOCK_REALTIME, {tv_sec=1, tv_nsec=2}) = 0',
      'clock_gettime(CLOCK_REALTIME, {tv_sec=3, tv_nsec=4}) = 0',
    ],
    ['uname({nodename="c0ffee", ...}) = 0', 'uname({nodename="decade", ...}) = 0'],
    [
      'utimensat(3, "x", [{tv_sec=1700000000, tv_nsec=1}], 0) = 0',
      'utimensat(3, "x", [{tv_sec=1710000000, tv_nsec=2}], 0) = 0',
    ],
    [
      'ppoll([], 0, {tv_sec=5, tv_nsec=0}, NULL) = 1 ([], left {tv_sec=4, tv_nsec=9})',
      'ppoll([], 0, {tv_sec=5, tv_nsec=0}, NULL) = 1 ([], left {tv_sec=3, tv_nsec=1})',
    ],
    ['getsockname(3, {sin_port=htons(43210)}, [16]) = 0', 'getsockname(3, {sin_port=htons(32768)}, [16]) = 0'],
    ['openat(AT_FDCWD, "/proc/17/stat", O_RDONLY) = 3', 'openat(AT_FDCWD, "/proc/4711/stat", O_RDONLY) = 3'],
    [`read(3, "0::/docker/${'a'.repeat(64)}", 99) = 9`, `read(3, "0::/docker/${'b'.repeat(64)}", 99) = 9`],
  ])('%s', (one, other) => {
    expect(comparable(one)).toBe(comparable(other));
    expect(comparable(one)).toBeDefined();
  });
});

describe('not the same', () => {
  test.each([
    ['openat(AT_FDCWD, "x", O_RDONLY) = 3', 'openat(AT_FDCWD, "x", O_RDONLY) = 4'],
    ['openat(AT_FDCWD, "x", O_RDONLY) = 3', 'openat(AT_FDCWD, "x", O_RDONLY) = -1 ENOENT (No such file or directory)'],
    ['openat(AT_FDCWD, "0x7f0000000001", O_RDONLY) = 3', 'openat(AT_FDCWD, "0x7f0000000002", O_RDONLY) = 3'],
    ['close(3) = 0', 'close(4) = 0'],
    ['kill(1, SIGTERM) = 0', 'kill(17, SIGTERM) = 0'],
    ['kill(17, 0) = 0', 'kill(17, 0) = -1 ESRCH (No such process)'],
    ['fork() = 7', 'fork() = -1 EAGAIN (Resource temporarily unavailable)'],
    ['fork() = 7', 'fork() = 0'],
    ['read(3, "1<2>", 4) = 4', 'read(3, "1", 4) = 4'],
    ['clock_gettime(1, 0x7f0a1234) = 0', 'clock_gettime(1, 0x7f0a1234) = -1 EPERM (Operation not permitted)'],
    [
      'clock_nanosleep(0, 0, {tv_sec=1, tv_nsec=0}, NULL) = 0',
      'clock_nanosleep(0, 0, {tv_sec=5, tv_nsec=0}, NULL) = 0',
    ],
    ['connect(3, {sin_port=htons(50051)}, 16) = 0', 'connect(3, {sin_port=htons(50052)}, 16) = 0'],
    ['getpeername(3, {sin_port=htons(3306)}, [16]) = 0', 'getpeername(3, {sin_port=htons(3307)}, [16]) = 0'],
    ['capset({}, {effective=1<<CAP_CHOWN|1<<CAP_KILL}) = 0', 'capset({}, {effective=1<<CAP_CHOWN}) = 0'],
    ['--- SIGSEGV {si_addr=0x8} ---', '--- SIGSEGV {si_addr=NULL} ---'],
    ['+++ exited with 0 +++', '+++ exited with 1 +++'],
  ])('%s | %s', (one, other) => expect(comparable(one)).not.toBe(comparable(other)));
});

test.each([
  'futex(0x7f0, FUTEX_WAIT_PRIVATE, 2, NULL) = 0',
  'rt_sigreturn({mask=[]}) = 0',
  '--- SIGCHLD {si_pid=7} ---',
  '--- stopped by SIGSTOP ---',
  'wait4(-1, 0x7f, 0, NULL) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)',
])('chance: %s', (event) => expect(comparable(event)).toBeUndefined());

const parted = (one: string, other: string) => {
  const found = firstDifference(parseTrace(one), parseTrace(other));
  return (
    found && {
      ...found,
      common: found.common.map(({ text }) => text),
      next: found.next.map((event) => event?.text),
    }
  );
};

describe('where two runs part', () => {
  test('nowhere', () =>
    expect(
      parted('close(1) = 0\nbrk(NULL) = 0x5500000', '7 brk(NULL) = 0x6600000'.replace(/^/, '7 close(1) = 0\n')),
    ).toBeUndefined());

  test('with the last three that they share', () =>
    expect(
      parted(
        'a(1) = 0\na(2) = 0\na(3) = 0\na(4) = 0\na(5) = 0\na(6) = 0',
        'a(1) = 0\na(2) = 0\na(3) = 0\na(4) = 0\na(5) = -1 EPERM (x)',
      ),
    ).toEqual({
      process: 1,
      pids: [undefined, undefined],
      commonCount: 4,
      common: ['a(2) = 0', 'a(3) = 0', 'a(4) = 0'],
      next: ['a(5) = 0', 'a(5) = -1 EPERM (x)'],
    }));

  test('one of them ends', () => {
    expect(parted('a(1) = 0', 'a(1) = 0\na(2) = 0')).toMatchObject({ commonCount: 1, next: [undefined, 'a(2) = 0'] });
    expect(parted('a(1) = 0\na(2) = 0', 'a(1) = 0')).toMatchObject({ commonCount: 1, next: ['a(2) = 0', undefined] });
  });

  test('turns that processes take do not matter, and a child that fails comes before the parent that waits', () => {
    const good = '7 fork() = 8\n7 wait4(-1,  <unfinished ...>\n8 open("x") = 3\n7 <... wait4 resumed>0) = 8\n';
    expect(parted(good, '17 fork() = 18\n18 open("x") = 3\n17 wait4(-1, 0) = 18\n')).toBeUndefined();
    expect(parted(good, '17 fork() = 18\n18 open("x") = -1 ENOENT (x)\n17 wait4(-1, 1) = 18\n')).toMatchObject({
      process: 2,
      pids: [8, 18],
      next: ['open("x") = 3', 'open("x") = -1 ENOENT (x)'],
    });
  });

  test('a process that only one of them has', () =>
    expect(parted('7 a(1) = 0', '7 a(1) = 0\n8 b(1) = 0')).toMatchObject({
      process: 2,
      pids: [undefined, 8],
      next: [undefined, 'b(1) = 0'],
    }));
});
