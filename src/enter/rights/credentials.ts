import { capabilities, type ProcessStatus } from '../../proc/pid/status.ts';

/** What the program runs as. Anything that is undefined stays root's. */
export interface Credentials {
  readonly ids: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] } | undefined;
  /** the capabilities that it and its children can ever have; undefined: all */
  readonly boundingSet: readonly number[] | undefined;
  readonly noNewPrivileges: boolean;
}

/** setpriv(1)'s options for these credentials; empty when nothing is to change. */
export function setprivOptions({ ids, boundingSet, noNewPrivileges }: Credentials): string[] {
  return [
    ...(ids ? ['--reuid', String(ids.uid), '--regid', String(ids.gid), ...groupOptions(ids.groups)] : []),
    // Capabilities are given by number: setpriv's names depend on the kernel headers it was built
    // with.
    ...(boundingSet
      ? ['--inh-caps', '-all', '--bounding-set', ['-all', ...boundingSet.map((cap) => `+cap_${cap}`)].join(',')]
      : []),
    ...(noNewPrivileges ? ['--no-new-privs'] : []),
  ];
}

const groupOptions = (groups: readonly number[]) =>
  groups.length > 0 ? ['--groups', groups.join(',')] : ['--clear-groups'];

/** Capabilities and no-new-privs as a process of the container has them. */
export function capsOf({ boundingSet, noNewPrivileges }: ProcessStatus): Omit<Credentials, 'ids'> {
  return { boundingSet: capabilities(boundingSet), noNewPrivileges };
}
