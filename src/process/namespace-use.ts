import type { Host } from '../host/host.ts';
import { hostNamespace } from '../host/host-namespace.ts';
import { containerIds } from '../enter/container-cgroup.ts';
import { parseNamespace } from '../proc/pid/namespace-link.ts';
import { parseStat } from '../proc/pid/stat.ts';
import { isMember, placesOf, processIds, type Subject } from './subject.ts';

/** namespaces(7): the names in /proc/PID/ns. Linux has `time` since 5.6, and `cgroup` since 4.6. */
const TYPES = ['net', 'uts', 'ipc', 'mnt', 'pid', 'user', 'cgroup', 'time'] as const;
export type NamespaceType = (typeof TYPES)[number];

export interface NamespaceUse {
  readonly type: NamespaceType;
  readonly inode: number;
  /** whether process 1 is in it too */
  readonly isHosts: boolean;
  /** the other containers that have a process in it */
  readonly containers: readonly OtherContainer[];
  /** the processes in it that belong to no container */
  readonly processes: readonly OtherProcess[];
}

export interface OtherContainer {
  readonly id: string;
  /** undefined when no engine gave a name */
  readonly name: string | undefined;
}

export interface OtherProcess {
  readonly pid: number;
  /** the kernel's name for the process, at most 15 bytes (/proc/PID/comm) */
  readonly command: string;
}

/**
 * The namespaces of a container's process, and who else is in each. A type that this kernel does
 * not have is left out. `names` are the names of the engine's containers, by id.
 */
export function namespacesOf(host: Host, subject: Subject, names: ReadonlyMap<string, string>): NamespaceUse[] {
  const others = processesOutside(host, subject, names);
  return TYPES.flatMap((type) => {
    const link = host.link(`/proc/${subject.pid}/ns/${type}`);
    const inode = parseNamespace(link);
    if (inode === undefined) return [];
    const sharing = others.filter(({ pid }) => host.link(`/proc/${pid}/ns/${type}`) === link);
    const ids = new Set(sharing.flatMap(({ container }) => container ?? []));
    return [
      {
        type,
        inode,
        isHosts: link === hostNamespace(host, type),
        containers: [...ids].map((id) => ({ id, name: names.get(id) })),
        processes: sharing.filter(({ container }) => container === undefined).flatMap(({ pid }) => describe(host, pid)),
      },
    ];
  });
}

function processesOutside(host: Host, subject: Subject, names: ReadonlyMap<string, string>) {
  const self = Number(host.link('/proc/self'));
  return processIds(host).flatMap((pid) => {
    const places = placesOf(host, pid);
    if (pid === self || isMember(subject, places)) return [];
    const ids = containerIds(places);
    // Where containers are nested, the one that the engine knows is taken, else the innermost.
    return [{ pid, container: ids.find((id) => names.has(id)) ?? ids.at(-1) }];
  });
}

function describe(host: Host, pid: number): OtherProcess[] {
  const stat = parseStat(host.read(`/proc/${pid}/stat`));
  return stat === undefined ? [] : [{ pid, command: stat.command }];
}
