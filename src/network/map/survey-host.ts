import type { NetworkEndpoint } from '../../engine/container.ts';
import { parseNamespace } from '../../proc/pid/namespace-link.ts';
import type { Target } from '../../enter/target.ts';
import type { Host } from '../../host/host.ts';
import { hostNamespace, inHostNetwork } from '../../host/host-namespace.ts';
import { seenIn, type SeenMark } from '../cut/in-force.ts';
import { believed } from '../cut/cut-notes.ts';
import { netnsOf } from '../interfaces.ts';
import { parseLinks, type Link } from '../links.ts';
import { again } from '../look-inside.ts';
import { listNamespaces, lsnsArgv } from '../lsns.ts';
import { parseNetnsids } from '../peer-ifindex.ts';
import { HOST_NETNS } from '../netns-path.ts';
import { insideOf, type Inside } from './inside.ts';
import { isStill, liveTargets } from './live.ts';
import type { Lister } from './remembering.ts';

/** A network namespace with the containers in it. */
export interface Room {
  /** inode of the namespace */
  readonly netns: number;
  /** the container that the namespace belongs to; the others share it by `--network container:X` */
  readonly owner: Target;
  /** the names of the containers that share the namespace with the owner */
  readonly sharedBy: readonly string[];
  /**
   * The owner's networks, as the engine lists them. Empty when the owner has gone and the
   * containers that shared its namespace live on.
   */
  readonly endpoints: readonly NetworkEndpoint[];
  /** undefined for the host's own namespace */
  readonly inside: Inside | undefined;
}

/** Everything that the map is made of, as it was at one moment. */
export interface HostSurvey {
  readonly rooms: readonly Room[];
  readonly hostLinks: readonly Link[];
  /** inode of a namespace → the host's number for it; those without a number are left out */
  readonly netnsids: ReadonlyMap<number, number>;
  /** the host devices that dbg has cut, with the mark on each */
  readonly marks: ReadonlyMap<Link, SeenMark>;
  /** when the counters were read, and when the look began: in milliseconds since the epoch */
  readonly at: number;
  readonly startedAt: number;
}

/** The programs of the host that `surveyHost` needs. */
export const MAP_PROGRAMS = ['ip', 'lsns'] as const;

/**
 * Looks at the whole host. It starts two processes, `ip` and `lsns`, whatever the number of
 * containers. All the rest comes from the engine's answers and from files of /proc. A container
 * that starts or ends meanwhile is left out. Needs root, as only its owner may read /proc/PID/ns.
 * Throws a DbgError when a program fails, or when the engine's processes are not processes of this
 * host.
 */
export async function surveyHost(host: Host, engine: Lister, now: () => number): Promise<HostSurvey> {
  const startedAt = now();
  const [[links, namespaces], seen] = await Promise.all([
    lookFromHost(host),
    liveTargets(host, engine, startedAt, (target) => see(host, target)),
  ]);
  // A container that started after `ip` had looked would seem to have no wire.
  const known = seen.filter(({ target: { container } }) => (container.state.startedAt ?? 0) < startedAt);
  const hostLinks = parseLinks(links);
  const marks = believed(host);
  const marked = hostLinks.flatMap((device) => {
    const mark = marks.mark({ device, place: HOST_NETNS });
    return mark === undefined ? [] : [{ device, mark }];
  });
  const seenMarks = await seenIn(host, HOST_NETNS, marked);
  return {
    rooms: roomsOf(host, known),
    hostLinks,
    marks: new Map(seenMarks.map(({ device, mark }) => [device, mark])),
    netnsids: parseNetnsids(namespaces),
    at: now(),
    startedAt,
  };
}

/**
 * The host's devices and its netnsids, in that order: the kernel numbers a namespace when a look at
 * the devices first needs a number for it (peernet2id_alloc).
 */
async function lookFromHost(host: Host): Promise<readonly [string, string]> {
  // `ip address`, not `ip link`: a container that has the gateway's address is a duplicate too.
  const links = await again(() => host.output(inHostNetwork(host, ['ip', '-d', '-j', 'address'])));
  return [links, await again(() => listNamespaces(host, lsnsArgv('NS,NETNSID'), (argv) => inHostNetwork(host, argv)))];
}

/**
 * A container with its network namespace. `inside` is undefined when the namespace belongs to
 * another container or to the host.
 */
interface Seen {
  readonly target: Target;
  readonly netns: number | undefined;
  readonly inside: Inside | undefined;
}

function see(host: Host, target: Target): Seen {
  const netns = netnsOf(host, target.pid);
  const isOthers = isGuest(target) || target.container.networkMode === 'host';
  return { target, netns, inside: isOthers ? undefined : insideOf(host, target.pid) };
}

function roomsOf(host: Host, seen: readonly Seen[]): Room[] {
  const hostNetns = parseNamespace(hostNamespace(host, 'net'));
  const byNetns = new Map<number, Seen[]>();
  for (const each of seen) {
    if (each.netns !== undefined) byNetns.set(each.netns, [...(byNetns.get(each.netns) ?? []), each]);
  }
  return [...byNetns].flatMap(([netns, guests]) => {
    const members = guests.map(({ target }) => target);
    // On the host's network no container is the owner: each one is a room of its own.
    if (netns === hostNetns) return members.map((owner) => room(netns, owner, [owner], undefined));
    const { target: owner, inside } = guests.find(({ target }) => !isGuest(target)) ?? guests[0]!;
    const found = inside ?? insideOf(host, owner.pid);
    // Checked after the read: if the owner's process had ended before, the files of another process
    // might have been read.
    return isStill(host, owner) ? [room(netns, owner, members, found)] : [];
  });
}

function room(netns: number, owner: Target, members: readonly Target[], inside: Inside | undefined): Room {
  const sharedBy = members.filter((each) => each !== owner).map(({ container }) => container.name);
  return { netns, owner, sharedBy: sharedBy.toSorted(), endpoints: owner.container.networks, inside };
}

/** Whether the container was started with `--network container:X`. */
const isGuest = ({ container }: Target) => container.networkMode.startsWith('container:');
