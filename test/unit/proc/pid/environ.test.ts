import { expect, test } from 'vitest';
import { parseEnviron } from '../../../../src/proc/pid/environ.ts';

test('names and values, in the order of the process', () => {
  expect(parseEnviron('PATH=/bin\0A=b=c\0EMPTY=\0LINES=a\nb\0')).toEqual([
    ['PATH', '/bin'],
    ['A', 'b=c'],
    ['EMPTY', ''],
    ['LINES', 'a\nb'],
  ]);
});

test('what a program wrote over it: no name, the same name twice', () =>
  expect(parseEnviron('nginx: master\0=x\0A=1\0A=2')).toEqual([
    ['', 'x'],
    ['A', '1'],
    ['A', '2'],
  ]));

test('a kernel thread has none', () => expect(parseEnviron('')).toEqual([]));
