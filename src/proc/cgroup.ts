import { parseMountInfo } from './mount-info.ts';
/** A process' place in one cgroup hierarchy: a line of /proc/PID/cgroup (cgroups(7)). */
export interface CgroupPlace {
  /**
   * the controllers of a v1 hierarchy, "cpu,cpuacct" or "name=systemd"; empty for the one hierarchy
   * of v2
   */
  readonly hierarchy: string;
  /** as seen from dbg's own cgroup namespace */
  readonly path: string;
}

/**
 * Reads /proc/PID/cgroup: one line for each v1 hierarchy, and `0::` for v2. A hybrid host has both.
 */
export function parsePlaces(text: string): CgroupPlace[] {
  return text.split('\n').flatMap((line) => {
    const [, hierarchy, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    // The path of a zombie whose cgroup was removed ends like this (cgroup-v2.rst).
    return path === undefined ? [] : [{ hierarchy: hierarchy!, path: path.replace(/ \(deleted\)$/, '') }];
  });
}

/** Whether a process is in the container's cgroup or in one below it, in any hierarchy. */
export function isWithin(container: readonly CgroupPlace[], places: readonly CgroupPlace[]): boolean {
  return container.some(({ hierarchy, path }) =>
    places.some((place) => place.hierarchy === hierarchy && `${place.path}/`.startsWith(`${path}/`)),
  );
}

/** A mounted cgroup hierarchy. */
export interface CgroupMount {
  /** the controllers of a v1 hierarchy; undefined for v2 */
  readonly controllers: readonly string[] | undefined;
  /** the cgroup at the top of this mount, as seen from dbg's own cgroup namespace */
  readonly root: string;
  readonly mountPoint: string;
}

/**
 * Reads the cgroup hierarchies of /proc/self/mountinfo (proc_pid_mountinfo(5)). A v1 hierarchy
 * names its controllers in the super options.
 */
export function parseCgroupMounts(mountinfo: string): CgroupMount[] {
  return parseMountInfo(mountinfo).flatMap(({ type, root, mountPoint, superOptions }) => {
    if (!/^cgroup2?$/.test(type)) return [];
    const controllers = type === 'cgroup' ? superOptions.split(',') : undefined;
    return [{ controllers, root, mountPoint }];
  });
}

/**
 * The folder of a cgroup under a mount; undefined when the mount does not show it. Both paths have
 * to be relative to one cgroup namespace (cgroup_namespaces(7)). Each `/..` at the beginning is a
 * level above the root of that namespace, so paths can be compared only from the same level.
 */
export function folderUnder({ root, mountPoint }: CgroupMount, path: string): string | undefined {
  const top = root === '/' ? '' : root;
  if (!`${path}/`.startsWith(`${top}/`)) return undefined;
  const below = path.slice(top.length);
  return below.split('/').includes('..') ? undefined : `${mountPoint}${below === '/' ? '' : below}`;
}

/**
 * The `cgroup.procs` files of the cgroups of a process, one for each hierarchy in which it is not
 * at the root. A process joins a cgroup by writing its pid there.
 */
export function cgroupProcs(places: readonly CgroupPlace[], mounts: readonly CgroupMount[]): string[] {
  return places.flatMap(({ hierarchy, path }) => {
    if (path === '/') return [];
    const [first = ''] = hierarchy.split(',');
    const shown = mounts.filter(({ controllers }) => (first === '' ? !controllers : controllers?.includes(first)));
    const folder = shown.map((mount) => folderUnder(mount, path)).find((each) => each !== undefined);
    return folder === undefined ? [] : [`${folder}/cgroup.procs`];
  });
}
