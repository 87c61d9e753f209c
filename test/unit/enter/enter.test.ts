import { expect, test } from 'vitest';
import { nsenter } from '../../../src/enter/nsenter.ts';
import { enterable, parseStartTime } from '../../../src/enter/target.ts';
import { container, fakeHost, ID } from '../fakes.ts';

test('the entry line', () => {
  expect(nsenter({ pid: 42 }, ['bash', '-l'])).toEqual([
    'nsenter',
    '--target',
    '42',
    '--net',
    '--uts',
    '--ipc',
    '--',
    'bash',
    '-l',
  ]);
  expect(nsenter({ pid: 42 }, ['ip', 'a'], ['net'])).toEqual(['nsenter', '--target', '42', '--net', '--', 'ip', 'a']);
});

test('a command may have blanks and parentheses in its name', () => {
  const fields = ['S', ...Array.from({ length: 18 }, (_, index) => String(index)), '987654', 'rest'];
  expect(parseStartTime(`7 (a) (b c) ${fields.join(' ')}`)).toBe('987654');
});

test('the process is checked to be the container before it is a target', () => {
  expect(enterable(fakeHost(), container(), 0)).toMatchObject({ pid: 1234, startTime: '4242' });
});

test.each([
  [
    'a process of another one',
    { '/proc/1234/cgroup': '0::/system.slice/ssh.service\n', '/proc/1234/stat': `1234 (sshd) S ${'0 '.repeat(19)}` },
    'is another one',
  ],
  ['no such process', {}, 'this host has no process 1234'],
  [
    'one that ended in between',
    { '/proc/1234/stat': `1234 (sleep) S ${'0 '.repeat(19)}` },
    'this host has no process 1234',
  ],
])('refused: %s', (_, files, message) => {
  expect(() => enterable(fakeHost({ files }), container({ id: ID }), 0)).toThrow(message);
});
