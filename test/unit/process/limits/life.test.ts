import { expect, test } from 'vitest';
import { otherLimits } from '../../../../src/process/limits/life.ts';
import type { Limits } from '../../../../src/process/limits/container-limits.ts';

type InForce = readonly [number | null, number | null, number | null | undefined];
const found = ([memory, cpu, pids]: InForce) =>
  ({
    memory: { limit: memory },
    cpu: { limitCpus: cpu },
    pids: pids === undefined ? undefined : { limit: pids },
  }) as Limits;

test.each([
  [[null, null, null], [null, null, null], []],
  [[1 << 26, 0.5, 50], [1 << 26, 0.5, 50], []],
  [[(1 << 26) + 1, 0.333333333, 50], [1 << 26, 0.33333, undefined], []],
  [
    [1 << 26, 0.5, 50],
    [1 << 25, null, 40],
    ['memory', 'cpu', 'pids'],
  ],
  // systemd's own
  [[null, null, null], [1 << 25, 1, 4915], []],
] as const)('told %j, in force %j', ([memoryBytes, cpus, pids], inForce, expected) => {
  const configured = { memoryBytes, cpus, pids };
  expect(otherLimits({ configured }, found(inForce)).map(({ resource }) => resource)).toEqual(expected);
});
