import type { Host } from '../host/host.ts';
import { mountInfo } from '../host/mount-info-of.ts';
import { folderUnder, parseCgroupMounts, type CgroupMount, type CgroupPlace } from '../proc/cgroup.ts';

/**
 * Gives the text of a file of a container's cgroup by its name, e.g. "memory.max"; undefined when
 * this kernel has no such file.
 */
export type CgroupFile = (name: string) => string | undefined;

/**
 * The files of a container's cgroup. A controller is in one hierarchy, one of v1's or v2's
 * (cgroups(7)), and the names of its files begin with its own name. The `*.pressure` files exist in
 * v2 alone, on a hybrid host too. undefined when none of the container's hierarchies is mounted
 * here.
 * @param read how a file is read, by its path; left out: by `host.read`
 * @param mounts those of this host; to be given where many containers are looked at
 */
export function cgroupFiles(
  host: Host,
  { places }: { readonly places: readonly CgroupPlace[] },
  read: (path: string) => string | undefined = (path) => host.read(path),
  mounts: readonly CgroupMount[] = cgroupMounts(host),
): CgroupFile | undefined {
  const folders = new Map<string, string | undefined>();
  for (const { hierarchy, path } of places) {
    const folder = folderOf(host, mounts, hierarchy, path);
    for (const controller of hierarchy.split(',')) folders.set(controller, folder);
  }
  if (![...folders.values()].some((folder) => folder !== undefined)) return undefined;
  return (name) => {
    const controller = name.split('.')[0]!;
    const folder = name.endsWith('.pressure') || !folders.has(controller) ? folders.get('') : folders.get(controller);
    return folder === undefined ? undefined : read(`${folder}/${name}`);
  };
}

/** The cgroup hierarchies that are mounted on this host. */
export const cgroupMounts = (host: Host): CgroupMount[] => parseCgroupMounts(mountInfo(host));

function folderOf(host: Host, mounts: readonly CgroupMount[], hierarchy: string, path: string): string | undefined {
  const wanted = hierarchy.split(',');
  return (
    mounts
      .filter(({ controllers }) =>
        hierarchy === '' ? controllers === undefined : wanted.every((name) => controllers?.includes(name)),
      )
      // The latest mount comes first: it covers what was mounted at the same place before.
      .toReversed()
      .flatMap((mount) => folderUnder(mount, path) ?? [])
      .find((folder) => host.exists(`${folder}/cgroup.procs`))
  );
}
