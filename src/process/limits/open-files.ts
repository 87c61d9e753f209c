import type { Host } from '../../host/host.ts';
import { parseProcessLimits } from '../../proc/pid/process-limits.ts';
import { parseStat } from '../../proc/pid/stat.ts';
import { isMember, placesOf, processIds, type Subject } from '../subject.ts';

/**
 * The open files of the process that is nearest to its limit. Each process has a limit of its own
 * (RLIMIT_NOFILE, getrlimit(2)).
 */
export interface OpenFiles {
  readonly pid: number;
  readonly command: string;
  readonly used: number;
  /** null where no limit is set */
  readonly limit: number | null;
}

/**
 * At most so many processes are looked at. A container may have as many as the host, and for each
 * dbg counts the entries of a folder.
 */
const MOST_PROCESSES = 4096;

/**
 * The process of a container that is nearest to its limit of open files. undefined where dbg is not
 * root, who alone may look, or where no process is left.
 */
export function openFilesOf(host: Host, subject: Subject): OpenFiles | undefined {
  if (!host.isRoot) return undefined;
  const members = processIds(host).filter((pid) => isMember(subject, placesOf(host, pid)));
  return members
    .slice(0, MOST_PROCESSES)
    .flatMap((pid) => filesOf(host, pid))
    .reduce<OpenFiles | undefined>((most, each) => (most && share(most) >= share(each) ? most : each), undefined);
}

const share = ({ used, limit }: OpenFiles) => (limit === null ? 0 : used / Math.max(1, limit));

function filesOf(host: Host, pid: number): OpenFiles[] {
  const limits = parseProcessLimits(host.read(`/proc/${pid}/limits`));
  const used = host.countEntries(`/proc/${pid}/fd`);
  const command = parseStat(host.read(`/proc/${pid}/stat`))?.command;
  if (limits === undefined || used === undefined || command === undefined) return [];
  return [{ pid, command, used, limit: limits.openFiles }];
}
