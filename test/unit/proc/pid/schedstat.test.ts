import { expect, test } from 'vitest';
import { slowdown } from '../../../../src/proc/pid/schedstat.ts';

test.each<readonly [string, string | undefined, number]>([
  ['alone on a processor', '40000000 0 12\n', 1],
  ['beside as many that compute', '40000000 40000000 12\n', 2],
  ['on a starved host', '858707 5202959 3\n', 7.06],
  ['that has not run yet', '0 5 0\n', 1],
  ['of a kernel that does not count', undefined, 1],
  ['of a kernel that counts nothing', '0 0 0\n', 1],
  ['of another form', '1 2 3 4\n', 1],
  ['of no numbers', 'ran 2 3\n', 1],
])('a process %s', (_, text, times) => {
  expect(slowdown(text)).toBeCloseTo(times, 2);
});
