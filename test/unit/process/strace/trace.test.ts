import { describe, expect, test } from 'vitest';
import { parseLine } from '../../../../src/process/strace/lines.ts';
import { parseTrace } from '../../../../src/process/strace/trace.ts';

const CLOSE = 'close(3) = 0';

describe('one line', () => {
  test.each([
    [CLOSE, undefined],
    [`[pid    71] ${CLOSE}`, 71],
    [`[pid 71<nginx>] ${CLOSE}`, 71],
    [`71    ${CLOSE}`, 71],
    [`71<nginx> ${CLOSE}`, 71],
    [`     0.000123 ${CLOSE}`, undefined],
    [`12:34:56 ${CLOSE}`, undefined],
    [`12:34:56.123456 ${CLOSE}`, undefined],
    [`1795502057.249903 ${CLOSE}`, undefined],
    [`71 1795502057.249903 ${CLOSE}`, 71],
    [`71    12:34:56 ${CLOSE} <0.000009>`, 71],
    [`06:34:17.259433 (+     0.000000) ${CLOSE}`, undefined],
    [`[pid 71] 1795502057.249903 (+     0.000000) [  59] [00007efe043e3ad7] ${CLOSE} <0.000216>`, 71],
    [`[????????????????] ${CLOSE}`, undefined],
  ])('%j', (line, pid) => expect(parseLine(line)).toEqual({ pid, kind: 'whole', text: CLOSE }));

  test.each([
    '--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=8} ---',
    '--- stopped by SIGSTOP ---',
    '+++ exited with 0 +++',
    '+++ killed by SIGKILL (core dumped) +++',
    'write(1, "a) = 3 <unfinished ...> \\"", 9) = 9',
    'exit_group(0) = ?',
  ])('%j stays as it is', (text) => expect(parseLine(text)).toMatchObject({ kind: 'whole', text }));

  test.each([
    '',
    'strace: Process 7 detached',
    ' > /lib/libc.so.6(read+0x1) [0x1]',
    'Hello (world)',
    '% time',
    'a.out: 3',
  ])('%j is none', (line) => expect(parseLine(line)).toBeUndefined());
});

const shape = (text: string) =>
  parseTrace(text).map(({ pid, events }) => [pid, ...events.map(({ line, text: event }) => `${line} ${event}`)]);

describe('processes', () => {
  test('calls that others interrupt are joined, and stand where they began', () =>
    expect(
      shape(`7 wait4(-1,  <unfinished ...>
8 read(3,  <unfinished ...>
8 <... read resumed>"a\\"b", 9)         = 3 <0.000011>
7 <... wait4 resumed>[{WIFEXITED(s)}], 0, NULL) = 8
8 exit_group(0 <unfinished ...>
8 <... exit_group resumed>)              = ?
8 +++ exited with 0 +++`),
    ).toEqual([
      [7, '1 wait4(-1, [{WIFEXITED(s)}], 0, NULL) = 8'],
      [8, '2 read(3, "a\\"b", 9)         = 3', '5 exit_group(0)              = ?', '7 +++ exited with 0 +++'],
    ]));

  test('what never came back', () =>
    expect(
      shape(`7 read(0,  <unfinished ...>
7 +++ killed by SIGKILL +++
8 <... futex resumed>) = 0
8 pause( <unfinished ...>`),
    ).toEqual([
      [7, '1 read(0,  <unfinished ...>', '2 +++ killed by SIGKILL +++'],
      [8, '3 …) = 0', '4 pause( <unfinished ...>'],
    ]));

  test('from stderr: the pid is left out while there is one, and news come in mid-line', () =>
    expect(
      shape(`close(3) = 0
vfork(strace: Process 18 attached
 <unfinished ...>
[pid    18] close(4) = 0
[pid    17] <... vfork resumed>)              = 18
[pid    18] +++ exited with 0 +++
close(5) = 0
clone(flags=SIGCHLDstrace: Process 19 attached
, child_tidptr=0x7f01) = 19
[pid    19] close(6) = 0
[pid    17] +++ exited with 0 +++
close(7) = 0`),
    ).toEqual([
      [
        17,
        '1 close(3) = 0',
        '3 vfork()              = 18',
        '7 close(5) = 0',
        '9 clone(flags=SIGCHLD, child_tidptr=0x7f01) = 19',
        '11 +++ exited with 0 +++',
      ],
      [18, '4 close(4) = 0', '6 +++ exited with 0 +++'],
      [19, '10 close(6) = 0', '12 close(7) = 0'],
    ]));

  test('a child inside has another number than on the host', () =>
    expect(
      shape(`strace: Process 100 attached
fork() = 8
strace: Process 101 attached
[pid   101] close(4) = 0
[pid   100] close(5) = 0`),
    ).toEqual([
      [100, '2 fork() = 8', '5 close(5) = 0'],
      [101, '4 close(4) = 0'],
    ]));

  test('in the order in which they were made, whichever ran first; a number that is used again is another', () =>
    expect(
      shape(`7 close(1) = 0
9 close(9) = 0
8 close(8) = 0
8 +++ exited with 0 +++
8 close(88) = 0`),
    ).toEqual([
      [7, '1 close(1) = 0'],
      [8, '3 close(8) = 0', '4 +++ exited with 0 +++'],
      [8, '5 close(88) = 0'],
      [9, '2 close(9) = 0'],
    ]));

  test('a child that is attached when all before it have ended', () =>
    expect(
      shape(`clone() = 8
wait4(-1, strace: Process 8 attached
 <unfinished ...>
[pid     8] clone() = 9
[pid     8] +++ exited with 0 +++
<... wait4 resumed>) = 8
+++ exited with 0 +++
strace: Process 9 attached
close(9) = 0
+++ exited with 0 +++`).map(([pid, ...events]) => [pid, events.length]),
    ).toEqual([
      [undefined, 3],
      [8, 2],
      [9, 2],
    ]));

  test('numbers that begin from below again', () =>
    expect(
      shape(`32767 clone() = 301
301 close(3) = 0
32767 clone() = 302
302 close(4) = 0`).map(([pid]) => pid),
    ).toEqual([32767, 301, 302]));

  test('nothing', () => expect(parseTrace('root:x:0:0\n')).toEqual([]));
});
