/** A process' place in one cgroup hierarchy: a line of /proc/PID/cgroup (cgroups(7)). */
export interface CgroupPlace {
  /** the controllers of a v1 hierarchy, "cpu,cpuacct" or "name=systemd"; empty for v2's one hierarchy */
  readonly hierarchy: string;
  /** as seen from dbg's own cgroup namespace */
  readonly path: string;
}

/** Reads /proc/PID/cgroup: one line for each v1 hierarchy, and `0::` for v2; both kinds on a hybrid host. */
export function parsePlaces(text: string): CgroupPlace[] {
  return text.split('\n').flatMap((line) => {
    const [, hierarchy, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    // cgroup-v2.rst: the path of a zombie whose cgroup was removed has this at its end.
    return path === undefined ? [] : [{ hierarchy: hierarchy!, path: path.replace(/ \(deleted\)$/, '') }];
  });
}

/**
 * What may stand before the id in the name of a container's folder: nothing (cgroupfs driver), and with `.scope` behind it (systemd)
 * the engine's name. `libpod-payload-` is Podman's with --cgroups=split. Podman's and CRI-O's conmon, which is outside the
 * container, has a folder too, `libpod-conmon-<id>.scope`: it is none of these.
 */
const PREFIXES = ['', 'docker-', 'libpod-', 'libpod-payload-', 'cri-containerd-', 'crio-', 'nerdctl-'] as const;
const CONTAINER_FOLDER = new RegExp(`^(?:${PREFIXES.join('|')})([0-9a-f]{64})(?:\\.scope)?$`);

/** The id of the container whose cgroup has this name; undefined when it is no container's. */
const idOfFolder = (folder: string): string | undefined => CONTAINER_FOLDER.exec(folder)?.[1];

/** The ids of the containers that a process is in, the outermost first: Docker in Docker gives more than one. */
export function containerIds(places: readonly CgroupPlace[]): string[] {
  const ids = places.flatMap(({ path }) => path.split('/').map(idOfFolder));
  return [...new Set(ids.filter((id) => id !== undefined))];
}

/** Whether a process is in a container, by the text of its /proc/PID/cgroup: a folder on the way to its cgroup is that container's. */
export const isInContainer = (cgroup: string, id: string): boolean => containerIds(parsePlaces(cgroup)).includes(id);

/**
 * The same for sh(1): `inContainer ID <FILE`. A word of `case` in quotes is no pattern, so nothing of the id or of the file is ever
 * expanded. A path may have blanks and colons: what stands behind the second colon is all of it.
 */
export const IN_CONTAINER = `
inContainer() {
  case $1 in *[!0-9a-f]*) return 1 ;; esac
  [ "\${#1}" = 64 ] || return
  while IFS= read -r _line; do
    case $_line in [0-9]*:*:/*) ;; *) continue ;; esac
    _line=\${_line#*:*:}
    case \${_line%' (deleted)'}/ in
      ${PREFIXES.flatMap((prefix) => [`*/${prefix}"$1"/*`, `*/${prefix}"$1".scope/*`]).join(' | ')}) return 0 ;;
    esac
  done
  return 1
}
`.trim();

/**
 * Where a container is, from the place of one of its processes, which may be in a cgroup that was made inside (systemd, Docker in
 * Docker, Podman's `container`). Hierarchies in which the container has no cgroup of its own are left out.
 */
export function containerPlaces(places: readonly CgroupPlace[], id: string): CgroupPlace[] {
  return places.flatMap(({ hierarchy, path }) => {
    const folders = path.split('/');
    const index = folders.findIndex((folder) => idOfFolder(folder) === id);
    return index < 0 ? [] : [{ hierarchy, path: folders.slice(0, index + 1).join('/') }];
  });
}

/** Whether a process is in a container's cgroup or in one below, in any hierarchy. */
export function isWithin(container: readonly CgroupPlace[], places: readonly CgroupPlace[]): boolean {
  return container.some(({ hierarchy, path }) =>
    places.some((place) => place.hierarchy === hierarchy && `${place.path}/`.startsWith(`${path}/`)),
  );
}

/** A mounted cgroup hierarchy. */
export interface CgroupMount {
  /** what a v1 hierarchy holds; undefined for v2 */
  readonly controllers: readonly string[] | undefined;
  /** which of its cgroups is the top of this mount, as seen from dbg's own cgroup namespace */
  readonly root: string;
  readonly mountPoint: string;
}

/** Reads /proc/self/mountinfo (proc_pid_mountinfo(5)). A v1 hierarchy names its controllers among the super options. */
export function parseCgroupMounts(mountinfo: string): CgroupMount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root, mountPoint] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    if (root === undefined || mountPoint === undefined || !/^cgroup2?$/.test(type ?? '')) return [];
    const controllers = type === 'cgroup' ? options.split(',') : undefined;
    return [{ controllers, root: unescapeOctal(root), mountPoint: unescapeOctal(mountPoint) }];
  });
}

/** Undoes how mountinfo writes blanks, tabs, line feeds and backslashes of a path. */
export const unescapeOctal = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));

/**
 * The folder of a cgroup under a mount; undefined when this mount does not show it. Both paths are relative to one cgroup namespace
 * (cgroup_namespaces(7)): each `/..` at the beginning is a level above its root, so they can be compared only from the same level.
 */
export function folderUnder({ root, mountPoint }: CgroupMount, path: string): string | undefined {
  const top = root === '/' ? '' : root;
  if (!`${path}/`.startsWith(`${top}/`)) return undefined;
  const below = path.slice(top.length);
  return below.split('/').includes('..') ? undefined : `${mountPoint}${below === '/' ? '' : below}`;
}

/**
 * The `cgroup.procs` files of all cgroups of a process, one for each hierarchy in which it is not at the root. Writing one's pid
 * there joins.
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
