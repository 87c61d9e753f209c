import { expect, test } from 'vitest';
import { parseMemoryTotal, parseSwapTotal } from '../../../src/proc/meminfo.ts';

const TEXT =
  'MemTotal:       24685240 kB\nMemFree:        19029740 kB\nMemAvailable:   21000000 kB\nSwapTotal:       1048576 kB\n';

test('the memory and the swap of the machine, in bytes', () => {
  expect(parseMemoryTotal(TEXT)).toBe(24_685_240 * 1024);
  expect(parseSwapTotal(TEXT)).toBe(1_048_576 * 1024);
  expect(parseMemoryTotal('')).toBe(0);
});
