import { expect, test } from 'vitest';
import { comparedVariables } from '../../../src/process/variables-in-use.ts';
import { container, fakeHost, ID } from '../fakes.ts';

const subject = { id: ID, name: 'web', pid: 7, places: [], container: container({ env: ['A=1', 'B=2', 'C='] }) };
const hostWith = (environ: string) => fakeHost({ files: { '/proc/7/environ': environ } });

test('by name: the same, changed, added, taken away', () =>
  expect(comparedVariables(hostWith('B=3\0C=\0D=4=5\0'), subject)).toEqual([
    { name: 'A', process: undefined, configured: '1', isSame: false },
    { name: 'B', process: '3', configured: '2', isSame: false },
    { name: 'C', process: '', configured: '', isSame: true },
    { name: 'D', process: '4=5', configured: undefined, isSame: false },
  ]));

test('no engine was asked: nothing was configured', () => {
  const { container: _, ...alone } = subject;
  expect(comparedVariables(hostWith('A=1\0'), alone)).toEqual([
    { name: 'A', process: '1', configured: undefined, isSame: false },
  ]);
});

test('a process that has ended', () =>
  expect(() => comparedVariables(fakeHost({ files: {} }), subject)).toThrow('its process 7 has ended'));
