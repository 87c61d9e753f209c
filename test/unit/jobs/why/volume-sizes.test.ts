import { expect, test, vi } from 'vitest';
import { DbgError } from '../../../../src/errors.ts';
import { volumeSizesOf } from '../../../../src/jobs/why/volume-sizes.ts';

const mounted = (name: string, type = 'volume') => ({
  type,
  name,
  source: '',
  destination: `/${name}`,
  isWritable: true,
});
const fileSystem = (mountPoint: string, available: number) => ({
  mountPoint,
  device: '0:50',
  type: 'xfs',
  isReadOnly: false,
  space: { size: 1000, available, used: 1000 - available, inodes: 0, usedInodes: 0 },
});

test('a volume whose driver hangs is left out', async () => {
  const [at, volumeSize] = [fileSystem('/full', 0), async () => new Promise<string>(() => undefined)];
  vi.useFakeTimers();
  const sizes = volumeSizesOf({ volumeSize }, { mounts: [mounted('full')] }, { fileSystems: { shown: [at], left: 0 } });
  await vi.advanceTimersByTimeAsync(1000);
  vi.useRealTimers();
  expect([...(await sizes)]).toEqual([]);
});

test('only volumes that are nearly full are asked for; one that the engine does not tell of is left out', async () => {
  const asked: string[] = [];
  const volumeSize = async (name: string) => {
    asked.push(name);
    if (name === 'gone') throw new DbgError('no such volume');
    return name === 'plain' ? '' : '10m';
  };
  const mounts = [...['full', 'gone', 'plain', 'roomy'].map((name) => mounted(name)), mounted('bind', 'bind')];
  const shown = [...['/full', '/gone', '/plain', '/bind'].map((at) => fileSystem(at, 0)), fileSystem('/roomy', 900)];
  const sizes = await volumeSizesOf({ volumeSize }, { mounts }, { fileSystems: { shown, left: 0 } });
  expect([...sizes]).toEqual([['/full', '10m']]);
  expect(asked).toEqual(['full', 'gone', 'plain']);
});
