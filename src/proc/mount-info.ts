/** A mount: a line of /proc/PID/mountinfo (proc_pid_mountinfo(5)). */
export interface MountLine {
  readonly id: number;
  /** the id of the mount that it is on */
  readonly parent: number;
  /** "major:minor" of its file system */
  readonly device: string;
  /**
   * the part of the file system that is mounted; when a file holds a namespace, that namespace:
   * "net:[4026532684]"
   */
  readonly root: string;
  readonly mountPoint: string;
  /** of this mount: "rw,nosuid,relatime". It is also read-only when the file system is. */
  readonly options: string;
  readonly type: string;
  /** of the file system: "rw,size=65536k"; overlay's layers, and some a password (CIFS) */
  readonly superOptions: string;
}

/** Reads /proc/PID/mountinfo. A mount comes after the one that it is on. */
export function parseMountInfo(text: string): MountLine[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [id, parent, device = '', root = '', mountPoint, options = ''] = before.split(' ');
    const [type, , superOptions = ''] = after.split(' ');
    if (mountPoint === undefined || !type) return [];
    return [
      {
        id: Number(id),
        parent: Number(parent),
        device,
        root: unescapeOctal(root),
        mountPoint: unescapeOctal(mountPoint),
        options,
        type,
        superOptions,
      },
    ];
  });
}

/** A network namespace that a file holds: a mount of nsfs, whose root is the namespace itself. */
export interface HeldNamespace {
  readonly path: string;
  readonly inode: number;
}

/**
 * The network namespaces that files hold: those of overlay networks and of `ip netns add`, for
 * example.
 */
export function heldNamespaces(mountinfo: string): HeldNamespace[] {
  return parseMountInfo(mountinfo).flatMap(({ root, mountPoint, type }) => {
    const inode = type === 'nsfs' ? /^net:\[(\d+)\]$/.exec(root)?.[1] : undefined;
    return inode === undefined ? [] : [{ path: mountPoint, inode: Number(inode) }];
  });
}

/** Undoes the escapes that mountinfo has for blanks, tabs, line feeds and backslashes in a path. */
const unescapeOctal = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
