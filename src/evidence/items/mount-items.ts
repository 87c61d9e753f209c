import type { Inspection } from '../../engine/inspection.ts';
import type { FileSystem } from '../../process/limits/file-systems.ts';
import type { MountSeen } from '../../process/mounts-seen.ts';
import type { Item } from '../container-evidence.ts';
import { bounded, plain } from './item.ts';

/** A volume that was given no name is called by 64 random digits. */
const UNNAMED = /^[\da-f]{64}$/;

/** The mounts that the engine was asked for. */
export function mountItems({ mounts }: Pick<Inspection, 'mounts'>): Item[] {
  const all = mounts.toSorted((a, b) => (a.destination < b.destination ? -1 : 1));
  return bounded(
    all.flatMap(({ type, name, source, destination, isWritable }) => [
      plain(destination, type),
      plain(`${destination} from`, name === '' ? source : name, UNNAMED.test(name) ? 'id' : undefined),
      plain(`${destination} access`, isWritable ? 'read and write' : 'read only'),
    ]),
  );
}

/** The file systems that are mounted in a running container, and who owns its binds and volumes. */
export function mountedItems(fileSystems: readonly FileSystem[], mounts: readonly MountSeen[]): Item[] {
  return bounded([
    ...fileSystems.flatMap(({ mountPoint, type, isReadOnly, space }) => [
      plain(mountPoint, `${type}${isReadOnly ? ', read only' : ''}`),
      ...(space ? [plain(`${mountPoint} size`, space.size), plain(`${mountPoint} used`, space.used, 'measure')] : []),
    ]),
    ...mounts.flatMap(({ destination, readOnly, owner, uidInside, gidInside }) => [
      plain(`${destination} read only`, readOnly),
      ...(owner ? [plain(`${destination} owner`, ownerText(owner.mode, uidInside, gidInside))] : []),
    ]),
  ]);
}

const ownerText = (mode: number, uid: number | undefined, gid: number | undefined) =>
  `${uid ?? 'nobody'}:${gid ?? 'nobody'}, mode ${mode.toString(8).padStart(4, '0')}`;
