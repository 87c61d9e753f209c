import type { Inspection, Mounted } from '../engine/inspection.ts';
import type { Host } from '../host/host.ts';
import type { Owner } from '../host/host-files.ts';
import { mountInfo } from '../host/mount-info-of.ts';
import { idInside, parseIdMap } from '../proc/id-map.ts';
import { parseMountInfo } from '../proc/mount-info.ts';
import { answersByItself } from './limits/file-systems.ts';
import type { Subject } from './subject.ts';

/** A mount that the engine was asked for, as the kernel has it in the container. */
export interface MountSeen extends Mounted {
  readonly fileSystem: string;
  /** what of it is read-only: this mount of it, or all of the file system, by whatever mount */
  readonly readOnly: 'nothing' | 'mount' | 'file system';
  /**
   * undefined for one that was not asked: a server or a program answers for it, and may do so never
   */
  readonly owner: Owner | undefined;
  /**
   * what the container calls its user and its group; undefined where its user namespace has no
   * number for that
   */
  readonly uidInside: number | undefined;
  readonly gidInside: number | undefined;
}

/** A person gives a container a handful. */
const MOST = 64;

/** The binds and volumes of a running container, those that are mounted there still. */
export async function mountsSeen(host: Host, { pid }: Subject, { mounts }: Inspection): Promise<MountSeen[]> {
  const lines = parseMountInfo(mountInfo(host, pid));
  const answers = answersByItself(lines);
  const [uidInside, gidInside] = ['uid', 'gid'].map((kind) => numbering(host, pid, kind));
  const wanted = mounts.filter(({ type }) => type === 'bind' || type === 'volume').slice(0, MOST);
  const seen = wanted.map(async (mounted): Promise<MountSeen[]> => {
    // What is mounted later covers what was mounted there before.
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

/** How a process' user namespace numbers the users, or groups, of dbg's. */
function numbering(host: Host, pid: number, kind: string): (id: number) => number | undefined {
  // In dbg's own the numbers are the same; the map would be the one to its parent.
  if (host.link(`/proc/${pid}/ns/user`) === host.link('/proc/self/ns/user')) return (id) => id;
  const map = parseIdMap(host.read(`/proc/${pid}/${kind}_map`) ?? '');
  return (id) => idInside(map, id);
}
