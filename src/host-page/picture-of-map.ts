import type { ContainerSummary } from '../engine/container.ts';
import { linkState } from '../network/links.ts';
import type { HostMap, MappedInterface } from '../network/map/map.ts';
import { ratesBetween } from '../network/map/rates.ts';
import { shellQuote } from '../text.ts';
import type { Bus, Card, Flow, HostPicture, PagePort, Wire } from './host-picture.ts';

type MapPart = Pick<HostPicture, 'cards' | 'buses' | 'wires' | 'flows'>;

/**
 * Containers, networks and wires of the map of the host. `summaries` is the engine's list, which
 * has images and published ports. `before` is the look before this one, for the rates. Pure.
 */
export function pictureOfMap(
  map: HostMap,
  summaries: readonly ContainerSummary[],
  before: HostMap | undefined,
): MapPart {
  const idOf = new Map(summaries.map(({ id, name }) => [name, id]));
  const wires = map.interfaces.map((each) => wireOf(each, idOf));
  const owners = new Set(wires.map(({ card }) => card));
  const bare = new Map(map.bare.map(({ target, on }) => [target.container.id, on]));
  const guests = new Set([
    ...wires.flatMap((wire) => wire.guests),
    ...map.bare.flatMap(({ sharedBy }) => sharedBy.flatMap((name) => idOf.get(name) ?? [])),
  ]);
  const placeOf = (id: string): Card['on'] | undefined =>
    owners.has(id) ? 'wires' : (bare.get(id) ?? (guests.has(id) ? 'shared' : undefined));
  const cards = summaries.flatMap((summary): Card[] => {
    const on = placeOf(summary.id);
    return on === undefined ? [] : [cardOf(summary, on)];
  });
  const buses = new Map(map.interfaces.map((each) => [busKey(each), busOf(each)]));
  return { cards, buses: [...buses.values()], wires, flows: flowsOf(map, before) };
}

function cardOf({ id, name, image, state, status, labels, ports }: ContainerSummary, on: Card['on']): Card {
  return {
    key: id,
    name,
    word: shellQuote(name),
    image,
    state,
    // "Up 3 minutes (healthy)", "Up 3 seconds (health: starting)"
    health: /\((?:health: )?(healthy|unhealthy|starting)\)$/.exec(status)?.[1] ?? '',
    project: labels['com.docker.compose.project'] ?? '',
    on,
    ports: ports.flatMap(portOf),
  };
}

function portOf({ address, host, container, protocol }: ContainerSummary['ports'][number]): PagePort[] {
  if (host === undefined) return [];
  const where = address === undefined || address === '' ? '' : address.includes(':') ? `[${address}]` : address;
  return [{ at: `${where}:${host}`, host, container, protocol }];
}

/** An interface keeps its key when its container's own name for it changes. */
const wireKey = ({ target, inside }: MappedInterface) => `${target.container.id}/${target.startTime}/${inside.ifindex}`;

const busKey = ({ network, master }: MappedInterface) => `${network ?? ''} ${master?.name ?? ''}`;

function busOf({ network, master, ...rest }: MappedInterface): Bus {
  return {
    key: busKey({ network, master, ...rest }),
    network: network ?? null,
    networkWord: network === undefined ? '' : shellQuote(network),
    device: master?.name ?? null,
    mtu: master?.mtu ?? null,
    addresses: (master?.addresses ?? []).filter(isTold),
  };
}

/**
 * Every interface with IPv6 has a link-local address, made from its MAC address: it tells nothing.
 */
const isTold = (address: string) => !/^fe[89ab]/.test(address);

function wireOf(each: MappedInterface, idOf: ReadonlyMap<string, string>): Wire {
  const { target, inside, device, mark, problems, proof, reason, sharedBy } = each;
  return {
    key: wireKey(each),
    card: target.container.id,
    guests: sharedBy.flatMap((name) => idOf.get(name) ?? []),
    bus: busKey(each),
    name: inside.name,
    word: shellQuote(inside.name),
    addresses: inside.addresses.filter(isTold),
    device: device?.name ?? null,
    mtu: inside.mtu || device?.mtu || null,
    state: device ? linkState(device) : null,
    proof,
    reason,
    cut: mark
      ? { what: mark.what, by: mark.by, since: mark.since, until: mark.until, isInForce: mark.isInForce }
      : null,
    // A cut that takes the link down is told as the cut that it is.
    problems: mark ? problems.filter((problem) => problem !== 'down') : problems,
  };
}

function flowsOf(map: HostMap, before: HostMap | undefined): Flow[] {
  const rates = ratesBetween(before, map);
  const dropsBefore = new Map(before?.interfaces.map((each) => [wireKey(each), each.counters.drops]));
  return map.interfaces.map((each) => {
    const key = wireKey(each);
    const { drops } = each.counters;
    const rate = rates.get(each);
    return {
      key,
      rx: rate?.rx ?? null,
      tx: rate?.tx ?? null,
      drops,
      newDrops: Math.max(0, drops - (dropsBefore.get(key) ?? drops)),
    };
  });
}
