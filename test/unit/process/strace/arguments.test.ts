import { expect, test } from 'vitest';
import { readStraceArguments } from '../../../../src/process/strace/arguments.ts';

test.each([
  [[], [], undefined, false],
  [['-e', 'trace=open', '-tt'], ['-e', 'trace=open', '-tt'], undefined, false],
  [['-o', 'x', '--', 'ls', '--', '-l'], ['-o', 'x'], ['ls', '--', '-l'], true],
  [['-ttox'], ['-ttox'], undefined, true],
  [['-tto', 'x'], ['-tto', 'x'], undefined, true],
  [['--output=x'], ['--output=x'], undefined, true],
  [['--out', 'x'], ['--out', 'x'], undefined, true],
  [['-e', '-o'], ['-e', '-o'], undefined, false],
  [['-e', '--', '-c'], ['-e', '--', '-c'], undefined, false],
  [['--trace', 'file', '--', 'ls'], ['--trace', 'file'], ['ls'], false],
  [['--quiet=all', '--follow-forks', '-yy'], ['--quiet=all', '--follow-forks', '-yy'], undefined, false],
  [['--', 'ls'], [], ['ls'], false],
])('%j', (words, options, command, writesFile) =>
  expect(readStraceArguments(words)).toEqual({ options, command, writesFile }),
);

test.each([
  [['ls'], '"ls" is no option of strace'],
  [['-f', 'ls', '-l'], '"ls" is no option of strace'],
  [['-'], '"-" is no option of strace'],
  [['-o'], "strace's -o takes a value"],
  [['-tto'], "strace's -tto takes a value"],
  [['--output'], "strace's --output takes a value"],
  [['-f', '--'], 'there is no command behind --'],
])('%j is wrong usage', (words, message) =>
  expect(() => readStraceArguments(words)).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringContaining(message) }),
  ),
);

test('what was meant is said', () =>
  expect(() => readStraceArguments(['-e', 'trace=file', 'ls', 'a b'], 'web')).toThrow(
    expect.objectContaining({
      next: [expect.objectContaining({ command: "dbg strace web -e trace=file -- ls 'a b'" })],
    }),
  ));
