import { expect, test } from 'vitest';
import { parseInspection } from '../../../../src/engine/inspection.ts';
import { parseSwapTotal } from '../../../../src/proc/meminfo.ts';
import type { Limits } from '../../../../src/process/limits/container-limits.ts';
import { SWAP_CHECKS } from '../../../../src/why/container/swap-checks.ts';
import { ID } from '../../fakes.ts';
import { found } from './given.ts';

const MIB = 2 ** 20;
const SLOW = 'of "web" are in swap, and it waits for the disk when it needs them';

interface Case {
  /** in MiB, as docker inspect shows them */
  readonly memory?: number;
  readonly both?: number;
  /** in MiB; left out: the kernel counts no swap */
  readonly used?: number;
  /** in MiB */
  readonly host?: number;
}

test.each<[string, Case, string | undefined]>([
  ['no limit, no swap used', { used: 0 }, undefined],
  ['no limit, and little is in swap', { used: 15 }, undefined],
  ['no limit, and much is in swap', { used: 40 }, `suspect: 40MiB ${SLOW}: it has no limit of memory`],
  [
    'docker doubles the limit',
    { memory: 64, both: 128, used: 0 },
    'note: "web" may be in swap: its limit of 64MiB leaves it 64MiB of swap besides: without --memory-swap, docker allows as much again',
  ],
  [
    'the sum is taken for the swap alone',
    { memory: 256, both: 320, used: 30 },
    `suspect: 30MiB ${SLOW}: its limit of 256MiB leaves it 64MiB of swap besides: --memory-swap (320MiB) counts both`,
  ],
  ['less than a tenth of the limit', { memory: 1024, both: 1024, used: 30 }, undefined],
  ['no swap', { memory: 64, both: 64, used: 0 }, undefined],
  ['a host without swap', { memory: 64, both: 128, used: 0, host: 0 }, undefined],
  [
    'all swap',
    { memory: 64, both: -1, used: 0 },
    'note: "web" may be in swap: its limit of 64MiB leaves it all swap of the host (--memory-swap -1)',
  ],
  [
    'a kernel that counts none',
    { memory: 64, both: -1 },
    'note: "web" may be in swap: the kernel counts no swap, so its limit of 64MiB leaves it all of the host\'s',
  ],
])('%s', (_, { memory = 0, both = 0, used, host = 2048 }, expected) => {
  const scaled = both < 0 ? both : both * MIB;
  const inspection = parseInspection({ Id: ID, HostConfig: { Memory: memory * MIB, MemorySwap: scaled } });
  const limit = both < 0 ? null : Math.max(0, scaled - memory * MIB);
  const limits = {
    memory: { limit: memory === 0 ? null : memory * MIB },
    swap: used === undefined ? undefined : { used: used * MIB, limit },
  } as Limits;
  expect(found(SWAP_CHECKS, { inspection, limits, hostSwap: host * MIB })).toEqual(
    expected === undefined ? [] : [`resources.swap ${expected}`],
  );
});

test.each([
  [
    'MemTotal:       24684848 kB\nSwapCached:            8 kB\nSwapTotal:       2097148 kB\nSwapFree: 0 kB\n',
    2147479552,
  ],
  ['SwapTotal:             0 kB\n', 0],
  ['', 0],
])('%j', (text, bytes) => expect(parseSwapTotal(text)).toBe(bytes));
