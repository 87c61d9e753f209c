import type { Inspection, Mounted } from '../engine/inspection.ts';
import { DbgError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { mountInfo } from '../host/mount-info-of.ts';
import { type MountLine, parseMountInfo } from '../proc/mount-info.ts';
import { answersByItself } from './limits/file-systems.ts';
import type { Subject } from './subject.ts';

/** A bind or a volume of a container that hides files of its image. */
export interface HiddenFiles extends Pick<Mounted, 'type' | 'source' | 'destination'> {
  /** the names in the image's folder that the mount does not have */
  readonly names: readonly string[];
  /** whether nothing is in the mount but the places of further mounts, which the engine makes */
  readonly isEmpty: boolean;
  /** where this host sees the folder of the image */
  readonly hostPath: string;
}

/** How many mounts are looked at, and how many names of a folder: enough for what people mount. */
const MOST = { mounts: 64, imageNames: 1000, mountedNames: 10_000 };

/**
 * What the binds and volumes of a running container hide of its image. The root file system of the
 * container is mounted on this host too, and there without the container's mounts. Throws a
 * DbgError where this host does not see it.
 */
export async function hiddenFilesOf(host: Host, { pid }: Subject, { mounts }: Inspection): Promise<HiddenFiles[]> {
  const wanted = mounts.filter(({ type }) => type === 'bind' || type === 'volume').slice(0, MOST.mounts);
  if (wanted.length === 0) return [];
  const inside = parseMountInfo(mountInfo(host, pid));
  const answers = answersByItself(inside);
  const bare = rootOnHost(inside, parseMountInfo(mountInfo(host)));
  if (bare === undefined) throw new DbgError('what its image has below its mounts cannot be seen from this host');
  const hidden = wanted.map(async ({ type, source, destination }): Promise<HiddenFiles[]> => {
    const path = destination.replace(/(?<=.)\/+$/, '');
    const mount = inside.findLast(({ mountPoint }) => mountPoint === path);
    if (mount === undefined || !answers(mount.id)) return [];
    const below = `${bare.below}${path}`;
    const images = await host.namesInside(bare.mountPoint, below, bare.id, MOST.imageNames);
    if (images === undefined || images.length === 0) return [];
    const mounted = await host.namesInside(`/proc/${pid}/root`, path, mount.id, MOST.mountedNames);
    if (mounted === undefined || mounted.length === MOST.mountedNames) return [];
    const there = new Set(mounted);
    const names = images.filter((each) => !there.has(each)).toSorted((one, other) => (one < other ? -1 : 1));
    const hostPath = `${bare.mountPoint.replace(/\/$/, '')}${below}`;
    const isPlace = (name: string) => inside.some(({ mountPoint }) => `${mountPoint}/`.startsWith(`${path}/${name}/`));
    return names.length === 0 ? [] : [{ type, source, destination, names, isEmpty: mounted.every(isPlace), hostPath }];
  });
  return (await Promise.all(hidden)).flat();
}

/**
 * The mount of this host on which the root file system of a container is, and the path below it. It
 * is the same file system, by its device; a storage driver without overlays mounts a folder of a
 * larger one.
 */
function rootOnHost(inside: readonly MountLine[], onHost: readonly MountLine[]) {
  const root = inside.findLast(({ mountPoint }) => mountPoint === '/');
  if (root === undefined) return undefined;
  const isIn = (folder: string) => folder === '/' || `${root.root}/`.startsWith(`${folder}/`);
  const answers = answersByItself(onHost);
  const mount = onHost.findLast(({ id, device, root: part }) => device === root.device && isIn(part) && answers(id));
  if (mount === undefined) return undefined;
  const below = root.root.slice(mount.root === '/' ? 0 : mount.root.length).replace(/\/$/, '');
  return { id: mount.id, mountPoint: mount.mountPoint, below };
}
