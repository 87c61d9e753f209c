/** What dbg uses of /proc/PID/status (proc(5)). */
export interface ProcessStatus {
  /** the effective ones, as the host numbers them */
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** capability bounding set, as the kernel's hexadecimal mask */
  readonly boundingSet: bigint;
  readonly noNewPrivileges: boolean;
  /** a filter of system calls is on it (seccomp(2), mode 2) */
  readonly hasSeccompFilter: boolean;
}

export function parseProcessStatus(text: string): ProcessStatus {
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  const effective = (name: string) => Number(field(name).split(/\s+/)[1]);
  return {
    uid: effective('Uid'),
    gid: effective('Gid'),
    groups: field('Groups').split(/\s+/).filter(Boolean).map(Number),
    boundingSet: BigInt(`0x${field('CapBnd') || '0'}`),
    noNewPrivileges: field('NoNewPrivs') === '1',
    hasSeccompFilter: field('Seccomp') === '2',
  };
}

/** The numbers of the capabilities in a mask (linux/capability.h). */
export function capabilities(mask: bigint): number[] {
  return Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (mask >> BigInt(bit)) & 1n);
}

/** What the kernel calls a user or group that has no number in a user namespace (/proc/sys/kernel/overflowuid). */
export const OVERFLOW_ID = 65_534;

/**
 * What a user namespace calls an id of the host, by its map: "inside outside count" on each line (user_namespaces(7), uid_map).
 * OVERFLOW_ID when it has no name for it.
 */
export function insideId(map: string, id: number): number {
  const ranges = map.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  const range = ranges.find(([, outside = 0, count = 0]) => id >= outside && id < outside + count);
  return range ? range[0]! + id - range[1]! : OVERFLOW_ID;
}
