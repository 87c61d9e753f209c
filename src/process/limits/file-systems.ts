import { parseMountInfo } from '../../proc/mount-info.ts';
import type { Host } from '../../host/host.ts';
import type { Space } from '../../host/host-files.ts';
import { mountInfo } from '../../host/mount-info-of.ts';
import type { Subject } from '../subject.ts';

/** A file system that a container has mounted. */
export interface FileSystem {
  /** where, as the container sees it; the first place, where it is mounted in several */
  readonly mountPoint: string;
  readonly type: string;
  /** major:minor, as the kernel writes it */
  readonly device: string;
  readonly isReadOnly: boolean;
  /**
   * undefined for one that was not asked: a server or a program answers for it, and may do so never
   */
  readonly space: Space | undefined;
}

interface Mount extends Omit<FileSystem, 'space'> {
  readonly id: number;
  readonly parent: number;
}

/**
 * Their answers come from this kernel. Of NFS, FUSE and the like statfs(2) hangs when the other
 * side does.
 */
const LOCAL =
  /^(ext[234]|xfs|btrfs|zfs|f2fs|bcachefs|jfs|reiserfs|nilfs2|overlay|aufs|tmpfs|ramfs|vfat|exfat|ntfs3?|squashfs|erofs|iso9660|udf)$/;
/** They hold no files of anybody's: what is in them is the kernel's, or a device's. */
const KERNELS =
  /^(proc|sysfs|cgroup2?|devpts|devtmpfs|mqueue|securityfs|debugfs|tracefs|bpf|pstore|hugetlbfs|nsfs|autofs|configfs|fusectl|fuse\.lxcfs|binfmt_misc|rpc_pipefs|selinuxfs|efivarfs)$/;
/** What the engine mounts in every container: masks, and files of its own. */
const ENGINES = /^\/(proc|sys|dev(?!\/shm$)|etc\/(resolv\.conf|hosts|hostname)$)(\/|$)/;

/** A container may mount a hundred thousand. */
const MOST = 64;

/**
 * How full a container's file systems are, and how many there are besides those that are shown.
 * undefined where it may not be seen, which only root may, or the process is gone.
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
 * Tells of a mount, by its number, whether it and all that it is on are this kernel's own file
 * systems. A mount stands behind the one that it is on.
 */
export function answersByItself(all: readonly Pick<Mount, 'id' | 'parent' | 'type'>[]): (id: number) => boolean {
  const unsafe = new Set<number>();
  for (const { id, parent, type } of all) if (unsafe.has(parent) || !isLocal(type)) unsafe.add(id);
  return (id) => !unsafe.has(id);
}

const isLocal = (type: string) => LOCAL.test(type) || KERNELS.test(type);

/** One for each device, less the kernel's and the engine's. */
function ofUse(all: readonly Mount[]): Mount[] {
  const mounts = all.filter(({ type, mountPoint }) => !KERNELS.test(type) && !ENGINES.test(mountPoint));
  return mounts.filter((each, at) => mounts.findIndex(({ device }) => device === each.device) === at);
}
