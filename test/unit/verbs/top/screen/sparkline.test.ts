import { expect, test } from 'vitest';
import { cpuHistory, levelsOf } from '../../../../../src/verbs/top/screen/sparkline.ts';

/** The last minute of one container with these values, a value a second. */
function pictureOf(values: readonly (number | undefined)[], width: number): string {
  const history = cpuHistory('01234567');
  for (const value of values) history.note(new Map([['web', value]]));
  return history.picture('web', width);
}
const seconds = (length: number, value: number) => Array.from({ length }, () => value);

test('the newest is on the right; what was not there is blank', () => {
  expect(pictureOf([], 6)).toBe('      ');
  expect(pictureOf(seconds(9, 100), 6)).toBe('     7');
  expect(pictureOf(seconds(60, 100), 6)).toBe(' 777777'.slice(1));
});

test('the height is in proportion to the most of the minute', () =>
  expect(pictureOf([...seconds(9, 100), ...seconds(10, 50), ...seconds(10, 0)], 6)).toBe('   740'));

test('each character is the most of its seconds, and the picture moves on by whole characters', () => {
  const values = [...seconds(9, 0), 80, ...seconds(9, 0)];
  expect(pictureOf(values, 6)).toBe('    07');
  expect(pictureOf([...values, 0], 6)).toBe('   070');
  expect(pictureOf([...values, ...seconds(9, 0)], 6)).toBe('   070');
});

test('an idle container looks idle', () => expect(pictureOf(seconds(20, 0.4), 6)).toBe('   000'));

test('after a minute it is forgotten; so is a container that is gone', () => {
  expect(pictureOf([...seconds(5, 100), ...seconds(70, 1)], 6)).toBe('111111');
  const history = cpuHistory('01');
  history.note(new Map([['web', 100]]));
  history.note(new Map());
  history.note(new Map([['web', 1]]));
  expect(history.picture('web', 3)).toBe('  0');
});

test.each([
  [{ LANG: 'en_US.UTF-8' }, '▁'],
  [{ LC_ALL: 'C', LANG: 'en_US.UTF-8' }, '_'],
  [{ LC_CTYPE: 'C.utf8' }, '▁'],
  [{}, '_'],
])('blocks only where the text is UTF-8: %j', (env, lowest) => expect(levelsOf(env)[0]).toBe(lowest));
