import { capabilityName } from '../../proc/capability-names.ts';
import type { Rights } from '../../process/rights.ts';
import type { Item } from '../container-evidence.ts';
import { plain } from './item.ts';

/** Whose each namespace of a container is. */
export interface NamespaceOwner {
  readonly type: string;
  readonly isHosts: boolean;
}

/** What the first process of a container may do, as the kernel has it. */
export function rightsItems(rights: Rights, namespaces: readonly NamespaceOwner[]): Item[] {
  return [
    plain('user', rights.uid),
    plain('group', rights.gid),
    plain('further groups', rights.groups.toSorted((a, b) => a - b).join(' ') || 'none'),
    ...rights.capabilities.map((each) => plain(`CAP_${capabilityName(each)}`, 'in force')),
    ...rights.mostCapabilities
      .filter((each) => !rights.capabilities.includes(each))
      .map((each) => plain(`CAP_${capabilityName(each)}`, 'not in force, but a program that it starts may get it')),
    plain('filter of system calls (seccomp)', rights.hasSeccompFilter ? 'yes' : 'no'),
    plain('no new privileges', rights.noNewPrivileges ? 'yes' : 'no'),
    plain('label of AppArmor or SELinux', rights.label ?? 'none'),
    ...namespaces.map(({ type, isHosts }) => plain(`${type} namespace`, isHosts ? "the host's" : 'its own')),
  ];
}
