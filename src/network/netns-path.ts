import type { Link } from './links.ts';
import type { Target } from '../enter/target.ts';
import { heldNamespaces } from '../proc/mount-info.ts';
import { parseStat } from '../proc/pid/stat.ts';
import type { Host } from '../host/host.ts';
import { mountInfo } from '../host/mount-info-of.ts';
import { inHostNetwork } from '../host/host-namespace.ts';

/** A network namespace in which dbg looks at a device and changes it, and the way to enter it. */
export interface NetnsPath {
  /**
   * the file by which the namespace is entered: /run/docker/netns/1-…, /proc/PID/ns/net; undefined
   * for the host's own
   */
  readonly path: string | undefined;
  /**
   * The namespace's inode; undefined for the host's own. Whoever enters by `path` compares the
   * inode there: the file may have been replaced, and the process number may belong to another
   * process.
   */
  readonly netns: number | undefined;
}

export const HOST_NETNS: NetnsPath = { path: undefined, netns: undefined };

/**
 * Whether the namespace is the host's own or is held by a file of the host: then only root writes
 * there. A path below /proc does not count: a process of a container may be in /proc/PID/ns/net,
 * and the owner of a rootless engine may enter what a file in that engine's mount namespace
 * (/proc/PID/root/…) holds.
 */
export const isHeldByFile = ({ path }: NetnsPath): boolean => path === undefined || !path.startsWith('/proc/');

/** The argv that runs a program in that namespace. */
export function inNetns(host: Host, { path }: NetnsPath, argv: readonly string[]): string[] {
  return path === undefined ? inHostNetwork(host, argv) : ['nsenter', `--net=${path}`, '--', ...argv];
}

/**
 * The network namespaces that a file holds: a namespace without a process, such as that of an
 * overlay network. In the mount table it is a mount of nsfs whose root is the namespace,
 * "net:[4026532684]" (proc_pid_mountinfo(5)).
 *
 * Two mount tables are read, in this order:
 * - that of dbg's own mount namespace
 * - that of the shim, the parent of the container's process `pid`: a rootless engine keeps such
 *   files in a mount namespace of its own
 */
export function heldNetns(host: Host, pid: number): NetnsPath[] {
  const shim = parseStat(host.read(`/proc/${pid}/stat`))?.parent || undefined;
  const all = [
    ...heldIn(mountInfo(host), ''),
    ...(shim === undefined ? [] : heldIn(mountInfo(host, shim), `/proc/${shim}/root`)),
  ];
  return all.filter(({ netns }, at) => all.findIndex((other) => other.netns === netns) === at);
}

/**
 * Those of the network namespaces `wanted` that a file in another mount namespace than dbg's holds,
 * as a rootless engine's and a snap's do. All processes are looked at for that, so it takes some
 * milliseconds. A container may mount anything, and exchange it: each file is entered once, and
 * counts only if it leads where it says.
 */
export async function heldElsewhere(host: Host, wanted: ReadonlySet<number>): Promise<NetnsPath[]> {
  const seen = new Set([host.link('/proc/self/ns/mnt')]);
  const found = new Map<number, NetnsPath>();
  for (const pid of host.entries('/proc').filter((name) => /^\d+$/.test(name))) {
    if (found.size === wanted.size) break;
    const its = host.link(`/proc/${pid}/ns/mnt`);
    if (its === undefined || seen.has(its)) continue;
    seen.add(its);
    const held = heldIn(mountInfo(host, Number(pid)), `/proc/${pid}/root`).filter(({ netns }) => wanted.has(netns!));
    for (const place of held.slice(0, MOST_FILES)) {
      if (!found.has(place.netns!) && (await leadsThere(host, place))) found.set(place.netns!, place);
    }
  }
  return [...found.values()];
}

/** How many such files of one mount namespace are entered. An engine has one for each network. */
const MOST_FILES = 64;

async function leadsThere(host: Host, place: NetnsPath): Promise<boolean> {
  const itself = await host.output(inNetns(host, place, ['readlink', '/proc/self/ns/net'])).catch(() => '');
  return itself.trim() === `net:[${place.netns}]`;
}

const heldIn = (mountinfo: string, root: string): NetnsPath[] =>
  heldNamespaces(mountinfo).map(({ path, inode }) => ({ path: `${root}${path}`, netns: inode }));

/** A device, and the namespace that it is in. */
export interface DevicePoint {
  readonly device: Link;
  readonly place: NetnsPath;
}

/** The container's own device as the place of a cut, for a device without a peer on this host. */
export const ownPoint = ({ pid }: Target, netns: number | undefined, device: Link) => ({
  device,
  place: { path: `/proc/${pid}/ns/net`, netns },
});
