import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { Context } from '../../context.ts';
import type { Person } from '../../host/host-files.ts';
import { parseNamespace } from '../../proc/pid/namespace-link.ts';
import { isDead, parseStartTime, parseStat } from '../../proc/pid/stat.ts';

type Host = Pick<Context['host'], 'read' | 'link' | 'entries' | 'remove'>;

/**
 * What a name says of the process that fills the file: the boot, its pid namespace, its PID, and
 * when it started (field 22 of /proc/PID/stat). Processes of other machines, which may share the
 * folder, and of other namespaces are not seen from here.
 */
const PARTIAL = /^\..*\.partial-([\da-f]{8})-(\d+)-(\d+)-(\d+)-[\da-f]{8}$/;

/** The name that a file has until it is whole: ".NAME.partial-BOOT-NAMESPACE-PID-START-RANDOM". */
export function partialName(host: Host, path: string): string {
  const pid = host.link('/proc/self') ?? '0';
  const start = parseStartTime(host.read(`/proc/${pid}/stat`)) ?? '0';
  const whose = [bootOf(host), namespaceOf(host), pid, start, randomBytes(4).toString('hex')].join('-');
  return join(dirname(path), `.${basename(path).slice(0, 48)}.partial-${whose}`);
}

/**
 * Removes what a dbg that was killed (SIGKILL) has left in a folder: files whose process is no
 * more. A file that cannot be removed stays, and stops nothing.
 */
export function removeLeftPartials(host: Host, folder: string, person: Person | undefined): void {
  for (const name of host.entries(folder)) {
    const [, boot, namespace, pid, start] = PARTIAL.exec(name) ?? [];
    if (boot === undefined || boot !== bootOf(host) || namespace !== namespaceOf(host)) continue;
    const stat = host.read(`/proc/${pid}/stat`);
    if (parseStartTime(stat) === start && !isDead(parseStat(stat))) continue;
    try {
      host.remove(join(folder, name), person);
    } catch {
      // It is somebody else's, or the folder may not be written to: then the bundle cannot be
      // either.
    }
  }
}

const bootOf = (host: Host) => (host.read('/proc/sys/kernel/random/boot_id') ?? '').slice(0, 8);
const namespaceOf = (host: Host) => String(parseNamespace(host.link('/proc/self/ns/pid')) ?? 0);
