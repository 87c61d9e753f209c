import { DbgError, EXIT } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { shellQuote } from '../../text.ts';
import type { Namespace } from '../joined-namespaces.ts';
import { capabilities, parseStatus } from '../../proc/pid/status.ts';
import type { Target } from '../target.ts';

/** CAP_SYS_PTRACE in linux/capability.h. */
const SYS_PTRACE = 19;

/**
 * Refuses an entry in which a process of the container could open the host's files through the
 * tool.
 *
 * A process that sees another one in its /proc can open its /proc/PID/root, cwd and fd when it has
 * the same user and no fewer capabilities, or CAP_SYS_PTRACE (ptrace(2), "Ptrace access mode
 * checking"). So an entry is in danger when the tool keeps the host's files and is seen: when it
 * joins the container's pid namespace, or when that is the host's own.
 */
export function refuseSeen(
  host: Host,
  { container, pid }: Target,
  namespaces: readonly Namespace[],
  { user, caps }: { readonly user?: string; readonly caps?: string },
): void {
  if (namespaces.includes('mnt')) return;
  const joins = namespaces.includes('pid');
  const pidNamespace = host.link(`/proc/${pid}/ns/pid`);
  const isHosts = pidNamespace !== undefined && pidNamespace === host.link('/proc/self/ns/pid');
  if (!joins && !isHosts) return;
  const name = shellQuote(container.name);
  // In the container's user namespace, the container's root is equal to the tool
  // (user_namespaces(7), "Capabilities").
  const joinsUsers = namespaces.includes('user');
  if (user !== undefined || caps !== undefined || joinsUsers) {
    const option = user !== undefined ? '--user' : caps !== undefined ? '--caps' : 'its user namespace';
    throw new DbgError(
      `refused: processes of "${container.name}" see the tool, and with ${option} they could open the host's files through it`,
      {
        exitCode: EXIT.failed,
        next: [{ what: "with the container's files in place of the host's", command: `dbg … --all ${name} …` }],
      },
    );
  }
  if (!joins || isHosts) return;
  const tracer = mayTrace(host, pidNamespace);
  if (tracer === undefined) return;
  throw new DbgError(
    `refused: process ${tracer} in the pid namespace of "${container.name}" may have CAP_SYS_PTRACE, and could open the host's files through the tool`,
    { next: [{ what: 'without that namespace', command: `dbg … --ns net,uts,ipc ${name} …` }] },
  );
}

/**
 * The first process in a pid namespace that has CAP_SYS_PTRACE in the host's user namespace, or can
 * get it; undefined when there is none.
 */
function mayTrace(host: Host, pidNamespace: string | undefined): string | undefined {
  const users = host.link('/proc/self/ns/user');
  return host
    .entries('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .find((pid) => {
      if (host.link(`/proc/${pid}/ns/pid`) !== pidNamespace || host.link(`/proc/${pid}/ns/user`) !== users)
        return false;
      const { boundingSet } = parseStatus(host.read(`/proc/${pid}/status`) ?? '');
      return capabilities(boundingSet).includes(SYS_PTRACE);
    });
}
