import type { Host } from '../../host/host.ts';
import { parseProcessLimits } from '../../proc/process-limits.ts';
import { parseStat } from '../../proc/stat.ts';
import { isMember, placesOf, processIds, type Subject } from '../subject.ts';

/**
 * The open files of the process that is nearest to its own limit: each has one of its own
 * (RLIMIT_NOFILE, getrlimit(2)).
 */
export interface OpenFiles {
  readonly pid: number;
  readonly command: string;
  readonly used: number;
  /** null: not set */
  readonly limit: number | null;
}

/** A container may have as many processes as the host; each is a folder to be counted. */
const MOST_PROCESSES = 4096;

/** undefined where they may not be seen, which only root may, or no process is left. */
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
