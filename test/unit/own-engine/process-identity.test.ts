import { describe, expect, it } from 'vitest';
import { isAlive, parseStat, readOrEmpty, startedAt } from '../../own-engine/process-identity.ts';

const after = 'S 1 42 42 0 -1 4194560 123 0 0 0 1 2 3 4 20 0 1 0 98765 2928640 176 18446744073709551615';

describe('parseStat', () => {
  it.each([
    ['a plain name', `42 (sh) ${after}`],
    ['blanks and parentheses in the name', `42 (a) (b ) c) ${after}\n`],
    ['a name that looks like fields', `42 (x) R 1 2 3) ${after}`],
  ])('counts the fields after the last parenthesis: %s', (_, line) => {
    expect(parseStat(line)).toEqual({ pid: 42, startTime: '98765', state: 'S' });
  });

  it.each([
    ['nothing', ''],
    ['half a line', '42 (sh) S 1 42'],
    ['something else', 'pid: 42'],
    ['no number where the start time is', `42 (sh) ${after.replace('98765', 'x')}`],
  ])('takes %s for no process', (_, line) => {
    expect(parseStat(line)).toBeUndefined();
  });
});

describe('isAlive', () => {
  const self = parseStat(readOrEmpty('/proc/self/stat'));

  it('knows this process', () => {
    expect(self && isAlive(self)).toBe(true);
  });

  it('tells another process with the same pid', () => {
    expect(self && isAlive({ ...self, startTime: '1' })).toBe(false);
  });
});

describe('startedAt', () => {
  it('adds hundredths of a second to the time of the boot', () => {
    expect(startedAt('250', 'cpu 1 2\nbtime 1700000000\nprocesses 9\n')).toBe(1_700_000_002_500);
  });

  it('is the time at which this process started', () => {
    const stat = parseStat(readOrEmpty('/proc/self/stat'));
    const age = Date.now() - startedAt(stat?.startTime ?? '0');
    expect(Math.abs(age - process.uptime() * 1000)).toBeLessThan(3000);
  });
});
