import { DbgError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';
import { type HeldNamespace, heldNamespaces } from '../../proc/mount-info.ts';
import { mountInfo } from '../../host/mount-info-of.ts';
import { shellLine } from '../../text.ts';
import { netnsOf } from '../interfaces.ts';

/**
 * The error for a veth whose other end is in a namespace in which no container of the engine lives.
 * It says which namespace that is and which processes are in it. `netnsid` is the host's number for
 * the namespace.
 */
export function elsewhere(host: Host, netnsids: ReadonlyMap<number, number>, name: string, netnsid: number): DbgError {
  const inode = [...netnsids].find(([, each]) => each === netnsid)?.[0];
  const pinned = heldNamespaces(mountInfo(host));
  return inode === undefined ? unlived(host, name, netnsid, pinned) : lived(host, name, inode, pinned);
}

function lived(host: Host, name: string, inode: number, pinned: readonly HeldNamespace[]): DbgError {
  const processes = netnsOfProcesses(host).filter(({ netns }) => netns === inode);
  const said = processes.slice(0, MOST).map(({ pid }) => `${pid} ${host.read(`/proc/${pid}/comm`)?.trim() ?? ''}`);
  if (processes.length > MOST) said.push(`… (${processes.length - MOST} more)`);
  const path = pinned.find((each) => each.inode === inode)?.path;
  const where = path === undefined ? '' : `, mounted at ${path}`;
  const who = said.length > 0 ? `with ${said.join(', ')}` : 'with no process';
  const [first] = processes;
  const by = first ? ['-t', String(first.pid), '-n'] : path === undefined ? undefined : [`--net=${path}`];
  return new DbgError(`the other end of ${name} is in network namespace ${inode}, of no container, ${who}${where}`, {
    next: by ? [{ what: 'look into it', command: shellLine(['nsenter', ...by, 'ip', '-d', 'link']) }] : [],
  });
}

const MOST = 5;

/**
 * For a namespace that lsns does not list: lsns before 2.39 lists none without a process. Then each
 * namespace that only a mount keeps may be the one.
 */
function unlived(host: Host, name: string, netnsid: number, pinned: readonly HeldNamespace[]): DbgError {
  const inhabited = new Set(netnsOfProcesses(host).map(({ netns }) => netns));
  const kept = pinned.filter(({ inode }) => !inhabited.has(inode)).map(({ path }) => path);
  const where = kept.length > 0 ? `; it is kept by a mount: ${kept.join(' or ')}` : '';
  return new DbgError(
    `the other end of ${name} is in a network namespace of no container and no process (number ${netnsid})${where}`,
    {
      next: kept.slice(0, 1).map((path) => ({
        what: 'look into it',
        command: shellLine(['nsenter', `--net=${path}`, 'ip', '-d', 'link']),
      })),
    },
  );
}

function netnsOfProcesses(host: Host) {
  const pids = host.entries('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map((pid) => ({ pid: Number(pid), netns: netnsOf(host, Number(pid)) }));
}
