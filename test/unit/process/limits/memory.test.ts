import { expect, test } from 'vitest';
import { memoryUse, swapUse } from '../../../../src/process/limits/memory.ts';

const files =
  (of: Readonly<Record<string, string>>) =>
  (name: string): string | undefined =>
    of[name];
const MB = 1024 * 1024;

// With v1, memory and swap are counted together: the swap's own limit is the rest.
test.each([
  ['v2', { 'memory.swap.current': '5\n', 'memory.swap.max': '9\n' }, { used: 5, limit: 9 }],
  ['v2 without a limit', { 'memory.swap.current': '5\n', 'memory.swap.max': 'max\n' }, { used: 5, limit: null }],
  [
    'v1',
    { 'memory.memsw.limit_in_bytes': `${3 * MB}`, 'memory.limit_in_bytes': `${MB}`, 'memory.stat': 'total_swap 7\n' },
    { used: 7, limit: 2 * MB },
  ],
  [
    'v1, with the swap of those below it',
    {
      'memory.memsw.limit_in_bytes': `${MB}`,
      'memory.limit_in_bytes': `${MB}`,
      'memory.stat': 'swap 1\ntotal_swap 7\n',
    },
    { used: 7, limit: 0 },
  ],
  [
    'v1 without a hierarchy: its own alone',
    { 'memory.memsw.limit_in_bytes': `${MB}`, 'memory.limit_in_bytes': `${MB}`, 'memory.stat': 'swap 1\n' },
    { used: 1, limit: 0 },
  ],
  [
    'v1, where memory has the larger limit',
    { 'memory.memsw.limit_in_bytes': `${MB}`, 'memory.limit_in_bytes': `${2 * MB}`, 'memory.stat': 'total_swap 7\n' },
    { used: 7, limit: 0 },
  ],
  [
    'v1 without a limit on both',
    { 'memory.memsw.limit_in_bytes': '-1', 'memory.limit_in_bytes': `${MB}`, 'memory.stat': 'total_swap 7\n' },
    { used: 7, limit: null },
  ],
  [
    'v1 without a limit on memory',
    { 'memory.memsw.limit_in_bytes': `${MB}`, 'memory.limit_in_bytes': '-1', 'memory.stat': 'total_swap 7\n' },
    { used: 7, limit: null },
  ],
  ['v1 without swapaccount', { 'memory.limit_in_bytes': `${MB}`, 'memory.stat': 'total_swap 7\n' }, undefined],
  [
    'v1 that does not tell what is used',
    { 'memory.memsw.limit_in_bytes': `${MB}`, 'memory.limit_in_bytes': `${MB}` },
    undefined,
  ],
] as const)('swap, %s', (_, given, expected) => expect(swapUse(files(given))).toEqual(expected));

test.each([
  ['less cache than is charged', { 'memory.current': '100', 'memory.stat': 'inactive_file 40\n' }, 60],
  ['all of it is cache', { 'memory.current': '100', 'memory.stat': 'inactive_file 100\n' }, 100],
  ['more cache than is charged', { 'memory.current': '100', 'memory.stat': 'inactive_file 140\n' }, 100],
  ['v1', { 'memory.usage_in_bytes': '100', 'memory.stat': 'inactive_file 1\ntotal_inactive_file 40\n' }, 60],
] as const)('used memory, %s', (_, given, used) => expect(memoryUse(files(given))?.used).toBe(used));

test.each([
  ['memory alone', { 'memory.failcnt': '3' }, 3],
  ['and of both together', { 'memory.failcnt': '3', 'memory.memsw.failcnt': '4' }, 7],
  ['not told', {}, undefined],
] as const)('hits of the limit with v1: %s', (_, given, hits) =>
  expect(memoryUse(files({ 'memory.usage_in_bytes': '100', ...given }))?.limitHits).toBe(hits),
);

test.each([
  ['0 is none', '0', null],
  ['a reservation', '4096', 4096],
] as const)('memory.low: %s', (_, low, expected) =>
  expect(memoryUse(files({ 'memory.current': '1', 'memory.low': low }))?.reservation).toBe(expected),
);
