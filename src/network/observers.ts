import type { Host } from '../host/host.ts';
import type { Link } from './links.ts';
import { lookFrom, type Inside } from './look-inside.ts';
import type { NetworkNamespace } from './peer-ifindex.ts';
import { heldNetns, type NetnsPath } from './netns-path.ts';
import { peerSeen } from './proof.ts';
import type { Observer } from './evidence.ts';

/** The namespace that the container's number for an interface's peer names; undefined when no process is in it. */
export function peerNamespace({ namespaces }: Inside, { linkNetnsid }: Link): NetworkNamespace | undefined {
  return linkNetnsid === undefined
    ? undefined
    : namespaces.find(({ netnsid, pid }) => netnsid === linkNetnsid && pid !== undefined);
}

/** How many namespaces are looked into: a container decides how many veths it has, an engine how many networks. */
const MOST = { processes: 64, files: 256 };
const AT_ONCE = 8;

/**
 * Those who see the peers that the host does not see. A namespace with a process in it (a rootless engine's, an engine in a
 * container) is named by the container's number for it; one without, such as an overlay network's, is searched for among the files
 * that hold one.
 */
export async function otherObservers(host: Host, inside: Inside, lost: readonly Link[]): Promise<Observer[]> {
  const owners = lost.flatMap((link) => peerNamespace(inside, link) ?? []);
  const processes = [
    ...new Map(owners.map(({ inode, pid }) => [inode, { path: `/proc/${pid}/ns/net`, netns: inode }])),
  ];
  const seen = await look(host, inside, lost, processes.map(([, place]) => place).slice(0, MOST.processes));
  const left = lost.filter((link) => peerNamespace(inside, link) === undefined);
  if (left.length === 0) return seen;
  // lsns has listed the namespaces with processes, and by their numbers it is none of them.
  const known = new Set(inside.namespaces.flatMap(({ inode, pid }) => (pid === undefined ? [] : [inode])));
  const files = heldNetns(host, inside.target.pid).filter(({ netns }) => !known.has(netns!));
  return [...seen, ...(await look(host, inside, left, files.slice(0, MOST.files)))];
}

/** Looks from some places at a time, until no peer is missing any more. */
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
