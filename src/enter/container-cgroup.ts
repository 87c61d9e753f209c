import { type CgroupPlace, parsePlaces } from '../proc/cgroup.ts';

// in-container.sh does the same for sh(1), with the same names.

/**
 * What may stand before the id in the name of a container's folder: nothing (cgroupfs driver), or
 * the engine's name (systemd driver, with `.scope` after the id). `libpod-payload-` is Podman's
 * with --cgroups=split. Another process of Podman's and CRI-O's, conmon, runs outside the container
 * and has a folder too, `libpod-conmon-<id>.scope`. That name is none of these.
 */
export const PREFIXES = ['', 'docker-', 'libpod-', 'libpod-payload-', 'cri-containerd-', 'crio-', 'nerdctl-'] as const;
const CONTAINER_FOLDER = new RegExp(`^(?:${PREFIXES.join('|')})([0-9a-f]{64})(?:\\.scope)?$`);

/**
 * The id of the container whose cgroup folder has this name; undefined when it is no container's.
 */
const idOfFolder = (folder: string): string | undefined => CONTAINER_FOLDER.exec(folder)?.[1];

/**
 * The ids of the containers that a process is in, the outermost first. Docker in Docker gives more
 * than one.
 */
export function containerIds(places: readonly CgroupPlace[]): string[] {
  const ids = places.flatMap(({ path }) => path.split('/').map(idOfFolder));
  return [...new Set(ids.filter((id) => id !== undefined))];
}

/**
 * Whether a process is in a container, by the text of its /proc/PID/cgroup: a folder in the path of
 * its cgroup is that container's.
 */
export const isInContainer = (cgroup: string, id: string): boolean => containerIds(parsePlaces(cgroup)).includes(id);

/**
 * The places of a container's own cgroups, from those of one of its processes. The process may be
 * in a cgroup that was made inside the container (systemd, Docker in Docker, Podman's `container`).
 * Hierarchies in which the container has no cgroup of its own are left out.
 */
export function containerPlaces(places: readonly CgroupPlace[], id: string): CgroupPlace[] {
  return places.flatMap(({ hierarchy, path }) => {
    const folders = path.split('/');
    const index = folders.findIndex((folder) => idOfFolder(folder) === id);
    return index < 0 ? [] : [{ hierarchy, path: folders.slice(0, index + 1).join('/') }];
  });
}
