import type { Target } from '../../enter/target.ts';
import type { ContainerInterface } from '../interfaces.ts';
import type { Link } from '../links.ts';
import type { HostSurvey } from './survey-host.ts';
import { problemsOf } from './problems.ts';
import type { Counters } from '../../proc/net.ts';
import { interfacesOf, peersOf } from './wires.ts';

/** An interface on the map. */
export interface MappedInterface extends ContainerInterface {
  /**
   * the bridge, or the other device that the host device is a port of; undefined when it is no port
   */
  readonly master: Link | undefined;
  readonly counters: Counters;
  /** the names of the other containers that share the interface's network namespace */
  readonly sharedBy: readonly string[];
  readonly problems: readonly string[];
}

/** A container with nothing to show: on the host's network, or with no interface but lo. */
export interface Bare {
  readonly target: Target;
  readonly on: 'host' | 'none';
  readonly sharedBy: readonly string[];
}

/** The network of the whole host, as `dbg veth --all` shows it. */
export interface HostMap {
  readonly interfaces: readonly MappedInterface[];
  readonly bare: readonly Bare[];
  readonly hostLinks: readonly Link[];
  readonly netnsids: ReadonlyMap<number, number>;
  /** when the counters were read, and when the look began: in milliseconds since the epoch */
  readonly at: number;
  readonly startedAt: number;
}

/** Makes the map of what was seen. Sorted by network, then container, then interface. Pure. */
export function mapOf({ rooms, hostLinks, netnsids, marks, at, startedAt }: HostSurvey): HostMap {
  const byName = new Map(hostLinks.map((link) => [link.name, link]));
  const peers = peersOf(hostLinks);
  const interfaces = rooms.flatMap((room) => {
    const netnsid = netnsids.get(room.netns);
    return interfacesOf(room, netnsid, peers).map((each) => ({
      ...each,
      mark: each.device && marks.get(each.device),
      master: each.device?.master === undefined ? undefined : byName.get(each.device.master),
      sharedBy: room.sharedBy,
    }));
  });
  const problems = problemsOf(interfaces);
  const shown = interfaces.map((each) => ({ ...each, problems: problems.get(each) ?? [] }));
  const seen = new Set(shown.map(({ target }) => target));
  const bare = rooms
    .filter(({ owner }) => !seen.has(owner))
    .map(({ owner, inside, sharedBy }) => ({ target: owner, on: inside ? 'none' : 'host', sharedBy }) as const);
  return {
    interfaces: shown.toSorted(inOrder),
    bare: bare.toSorted((a, b) => compare(a.target.container.name, b.target.container.name)),
    hostLinks,
    netnsids,
    at,
    startedAt,
  };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function inOrder(a: MappedInterface, b: MappedInterface): number {
  // Interfaces that are on no network of the engine's come last.
  const network = (each: MappedInterface) => (each.network === undefined ? '1' : `0${each.network}`);
  return (
    compare(network(a), network(b)) ||
    compare(a.target.container.name, b.target.container.name) ||
    a.inside.ifindex - b.inside.ifindex
  );
}
