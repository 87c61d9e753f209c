import type { Link } from './links.ts';
import type { Target } from '../enter/target.ts';
import { heldNamespaces } from '../proc/mount-info.ts';
import { parseStat } from '../proc/stat.ts';
import type { Host } from '../host/host.ts';
import { mountInfo } from '../host/mount-info-of.ts';
import { inHostNetwork } from '../host/host-namespace.ts';

/** A network namespace in which a device is looked at and acted on. */
export interface NetnsPath {
  /**
   * the file by which it is entered: /run/docker/netns/1-…, /proc/PID/ns/net; undefined: it is the
   * host's own
   */
  readonly path: string | undefined;
  /**
   * its inode, to be looked at again in there: a file, or a process' number, may be another's by
   * then; undefined: the host's own
   */
  readonly netns: number | undefined;
}

export const HOST_NETNS: NetnsPath = { path: undefined, netns: undefined };

/**
 * Whether it is the host's own namespace, or one that a file of the host holds: no container's
 * process is in it.
 */
export const isHeldByFile = ({ path }: NetnsPath): boolean => path === undefined || !path.startsWith('/proc/');

/** The argv that runs a program there. */
export function inNetns(host: Host, { path }: NetnsPath, argv: readonly string[]): string[] {
  return path === undefined ? inHostNetwork(host, argv) : ['nsenter', `--net=${path}`, '--', ...argv];
}

/**
 * The network namespaces that are held by a file, as those of overlay networks are, in which no
 * process is. They are mounts of nsfs, whose root is the namespace itself: "net:[4026532684]"
 * (proc_pid_mountinfo(5)). Those that dbg sees come first, then those that only the parent of a
 * container's process sees, its shim: a rootless engine keeps such files in a mount namespace of
 * its own.
 */
export function heldNetns(host: Host, pid: number): NetnsPath[] {
  const shim = parseStat(host.read(`/proc/${pid}/stat`))?.parent || undefined;
  const all = [
    ...heldIn(mountInfo(host), ''),
    ...(shim === undefined ? [] : heldIn(mountInfo(host, shim), `/proc/${shim}/root`)),
  ];
  return all.filter(({ netns }, at) => all.findIndex((other) => other.netns === netns) === at);
}

const heldIn = (mountinfo: string, root: string): NetnsPath[] =>
  heldNamespaces(mountinfo).map(({ path, inode }) => ({ path: `${root}${path}`, netns: inode }));

/** A device, and where it is. */
export interface DevicePoint {
  readonly device: Link;
  readonly place: NetnsPath;
}

/** The container's own device as where it is cut, which has no other end on this host. */
export const ownPoint = ({ pid }: Target, netns: number | undefined, device: Link) => ({
  device,
  place: { path: `/proc/${pid}/ns/net`, netns },
});
