import type { Engine } from '../../engine/engine.ts';
import type { Inspection } from '../../engine/inspection.ts';
import type { Limits } from '../../process/limits/container-limits.ts';
import { isNearlyFull } from '../../why/container/storage-checks.ts';
import { learn } from './gather-facts.ts';

/** A volume's driver may hang, and that its disk is full is known without it. */
const PATIENCE_MS = 1_000;

/**
 * The most that a container's volumes may hold by the options that they were made with, by mount
 * point. The engine is asked only of those that are nearly full: others have nothing to explain. A
 * volume that the engine does not tell of is left out, and is called full nevertheless.
 */
export async function volumeSizesOf(
  engine: Pick<Engine, 'volumeSize'>,
  { mounts }: Pick<Inspection, 'mounts'>,
  { fileSystems }: Pick<Limits, 'fileSystems'>,
): Promise<ReadonlyMap<string, string>> {
  const full = new Set((fileSystems?.shown ?? []).filter(isNearlyFull).map(({ mountPoint }) => mountPoint));
  const volumes = mounts.filter(({ type, destination }) => type === 'volume' && full.has(destination));
  const sizes = await Promise.all(
    volumes.map(async ({ name, destination }) => {
      const size = await learn(async () => engine.volumeSize(name), PATIENCE_MS);
      return [destination, size.known ? size.value : ''] as const;
    }),
  );
  return new Map(sizes.filter(([, size]) => size !== ''));
}
