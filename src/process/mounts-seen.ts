import type { Inspection, Mounted } from '../engine/inspection.ts';
import type { Host } from '../host/host.ts';
import type { Owner } from '../host/host-files.ts';
import { mountInfo } from '../host/mount-info-of.ts';
import { idInside, parseIdMap } from '../proc/pid/id-map.ts';
import { parseMountInfo } from '../proc/mount-info.ts';
import { answersByItself } from './limits/file-systems.ts';
import type { Subject } from './subject.ts';

/** A mount that the engine was asked for, as the kernel has mounted it in the container. */
export interface MountSeen extends Mounted {
  readonly fileSystem: string;
  /** what is read-only: this mount alone, or the whole file system, through every mount of it */
  readonly readOnly: 'nothing' | 'mount' | 'file system';
  /**
   * undefined for a file system that dbg does not ask: a server or a program would answer for it
   * (NFS, FUSE), and may never answer
   */
  readonly owner: Owner | undefined;
  /**
   * the owner's uid and gid as the container numbers them; undefined where the container's user
   * namespace has no number for them
   */
  readonly uidInside: number | undefined;
  readonly gidInside: number | undefined;
}

/** At most so many mounts are looked at. A person gives a container a handful. */
const MOST = 64;

/** The binds and volumes of a running container that are still mounted there. */
export async function mountsSeen(host: Host, { pid }: Subject, { mounts }: Inspection): Promise<MountSeen[]> {
  const lines = parseMountInfo(mountInfo(host, pid));
  const answers = answersByItself(lines);
  const [uidInside, gidInside] = ['uid', 'gid'].map((kind) => numbering(host, pid, kind));
  const wanted = mounts.filter(({ type }) => type === 'bind' || type === 'volume').slice(0, MOST);
  const seen = wanted.map(async (mounted): Promise<MountSeen[]> => {
    // A later mount on the same path covers the earlier one, so the last line counts.
    const line = lines.findLast(({ mountPoint }) => mountPoint === mounted.destination.replace(/(?<=.)\/+$/, ''));
    if (line === undefined) return [];
    const { id, type, options, superOptions } = line;
    const owner = answers(id) ? await host.ownerInside(`/proc/${pid}/root`, line.mountPoint, id) : undefined;
    return [
      {
        ...mounted,
        fileSystem: type,
        readOnly: /^ro(,|$)/.test(options) ? 'mount' : /^ro(,|$)/.test(superOptions) ? 'file system' : 'nothing',
        owner,
        uidInside: owner && uidInside!(owner.uid),
        gidInside: owner && gidInside!(owner.gid),
      },
    ];
  });
  return (await Promise.all(seen)).flat();
}

/** Translates a user id (or group id, by `kind`) of dbg's user namespace into that of a process. */
function numbering(host: Host, pid: number, kind: string): (id: number) => number | undefined {
  // In dbg's own user namespace the numbers are the same. /proc/PID/uid_map would then translate to
  // the parent namespace.
  if (host.link(`/proc/${pid}/ns/user`) === host.link('/proc/self/ns/user')) return (id) => id;
  const map = parseIdMap(host.read(`/proc/${pid}/${kind}_map`) ?? '');
  return (id) => idInside(map, id);
}
