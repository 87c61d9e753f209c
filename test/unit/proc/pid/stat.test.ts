import { expect, test } from 'vitest';
import { isDead, parseStartTime, parseStat, parseUptime } from '../../../../src/proc/pid/stat.ts';

// cat of coreutils 9.1 on Linux 6.18.
const V6_18 =
  '2165 (cat) R 2159 2159 1130 0 -1 4194304 99 0 0 0 0 0 0 0 20 0 1 0 156114 3133440 388 18446744073709551615 94047418818560 94047418838441 140728956995632 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 94047418854448 94047418856064 94047682396160 140728957004309 140728957004329 140728957004329 140728957005803 0\n';

test('of a newer kernel, which has fields behind those that are used', () => {
  expect(parseStat(V6_18)).toEqual({
    command: 'cat',
    state: 'R',
    parent: 2159,
    group: 2159,
    foreground: -1,
    flags: 4194304,
    cpuTicks: 0,
    startTicks: 156114,
  });
  expect(parseStartTime(V6_18)).toBe('156114');
});

test.each([
  [
    'a name that would end the parentheses',
    '7 (a) R 1 (b)\n) S 42 6 5 0 9 0 0 0 0 0 3 4 0 0 0 0 0 0 99',
    'a) R 1 (b)\n',
  ],
  ['a plain name', '7 (sh) S 42 6 5 0 9 0 0 0 0 0 3 4 0 0 0 0 0 0 99', 'sh'],
])('%s', (_, text, command) => {
  const stat = { command, state: 'S', parent: 42, group: 6, foreground: 9, flags: 0, cpuTicks: 7, startTicks: 99 };
  expect(parseStat(text)).toEqual(stat);
});

test('gone, or cut', () => {
  expect(parseStat(undefined)).toBeUndefined();
  expect(parseStat('')).toBeUndefined();
  expect(parseStartTime('7 (sh) S 42')).toBeUndefined();
});

test.each([
  ['Z', true],
  ['X', true],
  ['S', false],
  ['T', false],
  ['t', false],
])('state %s', (state, dead) => expect(isDead(parseStat(`7 (Z) ${state} 1`))).toBe(dead));

test('one that exits, of any state: PF_EXITING', () => {
  expect(isDead(parseStat('7 (Z) R 1 6 5 0 -1 4194564'))).toBe(true);
  expect(isDead(parseStat('7 (Z) R 1 6 5 0 -1 4194304'))).toBe(false);
});

test('one that is gone is not said to be dead: who asks knows', () => expect(isDead(undefined)).toBe(false));

test('uptime', () => expect(parseUptime('1561.14 3000.01\n')).toBe(1561.14));
