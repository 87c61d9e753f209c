import type { Host } from '../host/host.ts';
import { capabilities, parseStatus } from '../proc/pid/status.ts';
import type { Subject } from './subject.ts';

/** What the main process of a container may do. User and group ids are the host's. */
export interface Rights {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /**
   * capabilities: those in force. mostCapabilities: the bounding set, the most that a program it
   * starts can get
   */
  readonly capabilities: readonly number[];
  readonly mostCapabilities: readonly number[];
  readonly hasSeccompFilter: boolean;
  readonly noNewPrivileges: boolean;
  /** the label of AppArmor or SELinux; undefined where neither is in force */
  readonly label: string | undefined;
}

export function rightsOf(host: Host, { pid }: Subject): Rights {
  const status = parseStatus(host.read(`/proc/${pid}/status`) ?? '');
  const { uid, gid, groups, hasSeccompFilter, noNewPrivileges } = status;
  return {
    uid,
    gid,
    groups,
    capabilities: capabilities(status.effectiveSet),
    mostCapabilities: capabilities(status.boundingSet),
    hasSeccompFilter,
    noNewPrivileges,
    label: labelOf(host, pid),
  };
}

/**
 * The label that a security module gave a process (proc_pid_attr(5)). undefined where no module
 * gives labels: the kernel then has no such file, or refuses to read it.
 */
export function labelOf(host: Pick<Host, 'read'>, pid: number): string | undefined {
  const text = host.read(`/proc/${pid}/attr/apparmor/current`) ?? host.read(`/proc/${pid}/attr/current`);
  return text?.replace(/[\0\n]+$/, '') || undefined;
}
