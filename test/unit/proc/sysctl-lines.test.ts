import { expect, test } from 'vitest';
import { allProcessLimits } from '../../../src/proc/pid/process-limits.ts';
import { parseSysctls } from '../../../src/proc/sysctl-lines.ts';

test('sysctls by the names of sysctl(8), several lines as one', () => {
  expect(
    parseSysctls('net/ipv4/tcp_rmem:4096\t131072\t6291456\nnet/a:one\nnet/a:two:2\nkernel/domainname:(none)\nBroken\n'),
  ).toEqual([
    { name: 'net.ipv4.tcp_rmem', value: '4096 131072 6291456' },
    { name: 'net.a', value: 'one two:2' },
    { name: 'kernel.domainname', value: '(none)' },
  ]);
});

test('the limits of a process, soft and hard', () => {
  const text = [
    'Limit                     Soft Limit           Hard Limit           Units     ',
    'Max open files            1024                 1048576              files     ',
    'Max nice priority         0                    0                    ',
    'Max cpu time              unlimited            unlimited            seconds   ',
  ].join('\n');
  expect([...allProcessLimits(text)]).toEqual([
    ['Max open files', '1024, at most 1048576 files'],
    ['Max nice priority', '0, at most 0'],
    ['Max cpu time', 'unlimited, at most unlimited seconds'],
  ]);
  expect(allProcessLimits(undefined).size).toBe(0);
});
