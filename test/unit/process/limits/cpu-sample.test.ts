import { describe, expect, test } from 'vitest';
import { usedCpus } from '../../../../src/process/limits/cpu-sample.ts';

/**
 * A container on 8 CPUs that uses all of its quota at the beginning of each period, and the clock
 * of a machine on which who waits is woken late: by `late` ms, as the seconds of a list come round.
 */
function busy({ quota, period, phase, late }: { quota: number; period: number; phase: number; late: number[] }) {
  let now = phase;
  let waits = 0;
  const file = (name: string) => {
    if (name === 'cpu.max') return `${quota * 1000} ${period * 1000}\n`;
    if (name !== 'cpu.stat') return undefined;
    const used = quota * Math.floor(now / period) + Math.min(quota, 8 * (now % period));
    return `usage_usec ${used * 1000}\nnr_periods ${Math.floor(now / period)}\n`;
  };
  const wait = async (milliseconds: number) => void (now += milliseconds + late[waits++ % late.length]!);
  return usedCpus(file, { clock: () => now, wait });
}

describe('what is given a quota uses that, and not more, wherever in its period the sample begins', () => {
  test.each([
    [100, 100, [0]],
    [100, 100, [0, 1, 0, 4]],
    [100, 100, [13]],
    [100, 100, [3, 40, 0, 0, 1]],
    [200, 100, [1]],
    [50, 100, [1]],
    [300, 400, [2]],
    [10, 20, [1]],
  ])('%i ms of %i, woken late by %j', async (quota, period, late) => {
    for (let phase = 1000 * period; phase < 1001 * period; phase += 3) {
      const used = await busy({ quota, period, phase, late });
      expect(used! / (quota / period), `from ${phase % period} ms on`).toBeLessThan(1.11);
      expect(used! / (quota / period), `from ${phase % period} ms on`).toBeGreaterThan(0.9);
    }
  });
});

test('one that does nothing begins no period', async () => {
  let now = 0;
  const file = (name: string) =>
    name === 'cpu.max' ? '100000 100000' : name === 'cpu.stat' ? 'usage_usec 7\nnr_periods 3\n' : undefined;
  expect(await usedCpus(file, { clock: () => now, wait: async (milliseconds) => void (now += milliseconds) })).toBe(0);
  expect(now).toBeLessThan(500);
});
