import type { Container } from '../engine/container.ts';
import type { Target } from '../enter/target.ts';
import { DbgError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { containerIds, containerPlaces } from '../enter/container-cgroup.ts';
import { isWithin, parsePlaces, type CgroupPlace } from '../proc/cgroup.ts';

/** A container as the kernel knows it: what the verbs that look at containers are given. */
export interface Subject {
  readonly id: string;
  /** undefined when no engine was asked */
  readonly name: string | undefined;
  /** what the engine knows of it; undefined when no engine was asked */
  readonly container?: Container;
  /** a process of the container: its first one, or the one that the person named */
  readonly pid: number;
  /** the container's cgroup in each hierarchy in which it has one */
  readonly places: readonly CgroupPlace[];
}

/**
 * The subject of a container that an engine named. Throws `ended` when its process has left the
 * cgroup.
 */
export function subjectOf(host: Host, { container, pid }: Pick<Target, 'container' | 'pid'>): Subject {
  const places = containerPlaces(parsePlaces(host.read(`/proc/${pid}/cgroup`) ?? ''), container.id);
  if (places.length === 0) throw ended(container);
  return { id: container.id, name: container.name, container, pid, places };
}

/** The error to throw when a container's process or cgroup has vanished since it was last seen. */
export function ended(container: Pick<Subject, 'name' | 'id'>): DbgError {
  return new DbgError(`container "${nameOf(container)}" ended just now`, {
    next: [{ what: 'see how', command: `docker ps -a --filter id=${container.id}` }],
  });
}

/**
 * The container that a process is in; the innermost, where containers are nested. The id is read
 * from the path of its cgroup, so no engine is asked. Throws a DbgError for a process that does not
 * exist or is in no container.
 */
export function subjectOfPid(host: Host, pid: number): Subject {
  const text = host.read(`/proc/${pid}/cgroup`);
  if (text === undefined) {
    throw new DbgError(`there is no process ${pid} on this host`, {
      next: [{ what: 'see what runs', command: 'ps -e' }],
    });
  }
  const places = parsePlaces(text);
  const id = containerIds(places).at(-1);
  if (id === undefined) {
    throw new DbgError(`process ${pid} is in no container: no path of its cgroups has a container's id`, {
      next: [{ what: 'see them', command: `cat /proc/${pid}/cgroup` }],
    });
  }
  return { id, name: undefined, pid, places: containerPlaces(places, id) };
}

/** What a person calls the container: its name, or the twelve digits that `docker ps` shows. */
export const nameOf = ({ name, id }: Pick<Subject, 'name' | 'id'>): string => name ?? id.slice(0, 12);

/** Every process that this host shows: the numbers among the names in /proc (proc(5)). */
export const processIds = (host: Host): number[] =>
  host.entries('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));

/** The cgroups of a process. Empty when the process is gone. */
export const placesOf = (host: Host, pid: number): CgroupPlace[] => parsePlaces(host.read(`/proc/${pid}/cgroup`) ?? '');

/** Whether a process with these cgroups belongs to the container. */
export const isMember = (subject: Subject, places: readonly CgroupPlace[]): boolean => isWithin(subject.places, places);
