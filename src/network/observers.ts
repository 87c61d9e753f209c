import type { Host } from '../host/host.ts';
import type { Link } from './links.ts';
import { lookFrom, type Inside } from './look-inside.ts';
import type { NetworkNamespace } from './peer-ifindex.ts';
import { heldNetns, type NetnsPath } from './netns-path.ts';
import { peerSeen } from './proof.ts';
import type { Observer } from './evidence.ts';

/**
 * The namespace in which an interface's peer is, found by the container's number for it. undefined
 * when no process is in that namespace.
 */
export function peerNamespace({ namespaces }: Inside, { linkNetnsid }: Link): NetworkNamespace | undefined {
  return linkNetnsid === undefined
    ? undefined
    : namespaces.find(({ netnsid, pid }) => netnsid === linkNetnsid && pid !== undefined);
}

/**
 * How many namespaces dbg looks into at most. A container decides how many veths it has, and an
 * engine how many networks.
 */
const MOST = { processes: 64, files: 256 };
const AT_ONCE = 8;

/**
 * The namespaces in which the peers are that the host does not see.
 * - A namespace with a process in it (of a rootless engine, of an engine in a container): the
 *   container has a number for it, and lsns tells the process.
 * - A namespace without a process (of an overlay network): it is searched for among the files that
 *   hold a namespace.
 */
export async function otherObservers(host: Host, inside: Inside, lost: readonly Link[]): Promise<Observer[]> {
  const owners = lost.flatMap((link) => peerNamespace(inside, link) ?? []);
  const processes = [
    ...new Map(owners.map(({ inode, pid }) => [inode, { path: `/proc/${pid}/ns/net`, netns: inode }])),
  ];
  const seen = await look(host, inside, lost, processes.map(([, place]) => place).slice(0, MOST.processes));
  const left = lost.filter((link) => peerNamespace(inside, link) === undefined);
  if (left.length === 0) return seen;
  // lsns has listed the namespaces that have processes, and none of them has the number of a peer
  // in `left`. So only the others are looked into.
  const known = new Set(inside.namespaces.flatMap(({ inode, pid }) => (pid === undefined ? [] : [inode])));
  const files = heldNetns(host, inside.target.pid).filter(({ netns }) => !known.has(netns!));
  return [...seen, ...(await look(host, inside, left, files.slice(0, MOST.files)))];
}

/** Looks from AT_ONCE namespaces at a time, until every missing peer is found. */
async function look(
  host: Host,
  inside: Inside,
  lost: readonly Link[],
  places: readonly NetnsPath[],
): Promise<Observer[]> {
  const observers: Observer[] = [];
  for (let at = 0; at < places.length && lost.some((link) => !peerSeen(observers, link)); at += AT_ONCE) {
    const some = places.slice(at, at + AT_ONCE).map((place) => lookFrom(host, inside, place));
    observers.push(...(await Promise.all(some)).filter((each) => each !== undefined));
  }
  return observers;
}
