/** What dbg uses of /proc/PID/status (proc(5)). */
export interface ProcessStatus {
  /** the effective ones, as the host numbers them */
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** capability bounding set, as the kernel's hexadecimal mask */
  readonly boundingSet: bigint;
  readonly noNewPrivileges: boolean;
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
  };
}

/** The numbers of the capabilities in a mask (linux/capability.h). */
export function capabilities(mask: bigint): number[] {
  return Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (mask >> BigInt(bit)) & 1n);
}
