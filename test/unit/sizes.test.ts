import { expect, test } from 'vitest';
import { binarySize, decimalSize } from '../../src/sizes.ts';

test.each([
  [0, '0B', '0B'],
  [1023, '1023B', '1.02kB'],
  [1024, '1KiB', '1.02kB'],
  [67108864, '64MiB', '67.1MB'],
  [1048576 * 1.5, '1.5MiB', '1.57MB'],
  [1000, '1000B', '1kB'],
  [2 ** 50, '1PiB', '1.13PB'],
  [2 ** 60, '1024PiB', '1150PB'],
])('%d bytes', (bytes, binary, decimal) => {
  expect(binarySize(bytes)).toBe(binary);
  expect(decimalSize(bytes)).toBe(decimal);
});
