import type { Host } from '../host/host.ts';
import { isMember, placesOf, processIds, type Subject } from './subject.ts';

/** How many files of each kind the processes of a container have open. */
export interface OpenFileCounts {
  readonly counts: ReadonlyMap<string, number>;
  /** how many open files were not looked at */
  readonly left: number;
}

/** At most so many open files are looked at: a container may have as many as the host allows. */
const MOST_FILES = 50_000;

/**
 * Counts the open files of a container's processes by kind. A file that several processes have open
 * counts for each.
 */
export function openFileKinds(host: Host, subject: Subject): OpenFileCounts {
  const counts = new Map<string, number>();
  let looked = 0;
  let left = 0;
  for (const pid of processIds(host).filter((each) => isMember(subject, placesOf(host, each)))) {
    if (looked >= MOST_FILES) {
      left += host.countEntries(`/proc/${pid}/fd`) ?? 0;
      continue;
    }
    const names = host.entries(`/proc/${pid}/fd`);
    left += Math.max(0, names.length - (MOST_FILES - looked));
    for (const name of names.slice(0, MOST_FILES - looked)) {
      looked++;
      const kind = kindOf(host.link(`/proc/${pid}/fd/${name}`));
      // A process may close a file while dbg looks.
      if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  return { counts, left };
}

/**
 * The kind of what a link in /proc/PID/fd leads to (proc_pid_fd(5)); undefined without a link. A
 * container can choose the path of a file, but no path begins without a slash.
 */
export function kindOf(link: string | undefined): string | undefined {
  if (link === undefined) return undefined;
  if (link.startsWith('/memfd:')) return 'memfd';
  if (link.startsWith('/dev/') && !link.startsWith('/dev/shm/')) return 'devices';
  if (link.startsWith('/')) return link.endsWith(' (deleted)') ? 'deleted files' : 'files and folders';
  const [, anonymous] = /^anon_inode:\[?([\w-]+)/.exec(link) ?? [];
  if (anonymous !== undefined) return anonymous;
  const [, type] = /^(\w+):\[\d+\]$/.exec(link) ?? [];
  return { pipe: 'pipes', socket: 'sockets' }[type ?? ''] ?? type ?? 'others';
}
