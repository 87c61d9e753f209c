import { parseMountInfo } from '../../proc/mount-info.ts';
import type { Host } from '../../host/host.ts';
import type { Space } from '../../host/host-files.ts';
import { mountInfo } from '../../host/mount-info-of.ts';
import type { Subject } from '../subject.ts';

/** A file system that a container has mounted. */
export interface FileSystem {
  /** where the container sees it; the first of several places */
  readonly mountPoint: string;
  readonly type: string;
  /** major:minor, as the kernel writes it */
  readonly device: string;
  readonly isReadOnly: boolean;
  /**
   * undefined for a file system that dbg does not ask: a server or a program would answer for it
   * (NFS, FUSE), and may never answer
   */
  readonly space: Space | undefined;
}

interface Mount extends Omit<FileSystem, 'space'> {
  readonly id: number;
  readonly parent: number;
}

/**
 * File systems that this kernel answers for by itself. statfs(2) of NFS, FUSE and the like hangs
 * when their server or program does.
 */
const LOCAL =
  /^(ext[234]|xfs|btrfs|zfs|f2fs|bcachefs|jfs|reiserfs|nilfs2|overlay|aufs|tmpfs|ramfs|vfat|exfat|ntfs3?|squashfs|erofs|iso9660|udf)$/;
/** File systems that hold nobody's files, only the kernel's or a device's. */
const KERNELS =
  /^(proc|sysfs|cgroup2?|devpts|devtmpfs|mqueue|securityfs|debugfs|tracefs|bpf|pstore|hugetlbfs|nsfs|autofs|configfs|fusectl|fuse\.lxcfs|binfmt_misc|rpc_pipefs|selinuxfs|efivarfs)$/;
/** Where the engine mounts in every container: masks, and files of its own. */
const ENGINES = /^\/(proc|sys|dev(?!\/shm$)|etc\/(resolv\.conf|hosts|hostname)$)(\/|$)/;

/** At most so many file systems are asked. A container may mount a hundred thousand. */
const MOST = 64;

/**
 * How full the file systems of a container are (`shown`), and how many more there are (`left`).
 * undefined where dbg is not root, who alone may look, or where the process is gone.
 */
export async function fileSystemsOf(host: Host, { pid }: Subject) {
  if (!host.isRoot) return undefined;
  const all = parseMountInfo(mountInfo(host, pid)).map((line): Mount => {
    const { id, parent, device, mountPoint, type } = line;
    const isReadOnly = [line.options, line.superOptions].some((options) => /^ro(,|$)/.test(options));
    return { id, parent, device, mountPoint, type, isReadOnly };
  });
  if (all.length === 0) return undefined;
  const answers = answersByItself(all);
  const shown = ofUse(all);
  const asked = await Promise.all(
    shown.slice(0, MOST).map(async ({ id, mountPoint, type, device, isReadOnly }): Promise<FileSystem[]> => {
      const mount = { mountPoint, type, device, isReadOnly };
      if (!answers(id)) return [{ ...mount, space: undefined }];
      const space = await host.spaceInside(`/proc/${pid}/root`, mountPoint, id);
      return space === undefined || space.size === 0 ? [] : [{ ...mount, space }];
    }),
  );
  return { shown: asked.flat(), left: Math.max(0, shown.length - MOST) };
}

/**
 * Gives a function that tells, for the id of a mount, whether statfs(2) of it cannot hang: the
 * mount, and every mount that it stands on, are of file systems that this kernel answers for. `all`
 * must list a mount after the one that it stands on, as mountinfo does.
 */
export function answersByItself(all: readonly Pick<Mount, 'id' | 'parent' | 'type'>[]): (id: number) => boolean {
  const unsafe = new Set<number>();
  for (const { id, parent, type } of all) if (unsafe.has(parent) || !isLocal(type)) unsafe.add(id);
  return (id) => !unsafe.has(id);
}

const isLocal = (type: string) => LOCAL.test(type) || KERNELS.test(type);

/** The first mount of each device, without the mounts of the kernel and the engine. */
function ofUse(all: readonly Mount[]): Mount[] {
  const mounts = all.filter(({ type, mountPoint }) => !KERNELS.test(type) && !ENGINES.test(mountPoint));
  return mounts.filter((each, at) => mounts.findIndex(({ device }) => device === each.device) === at);
}
