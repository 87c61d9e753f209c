import { parseIgmp } from '../../proc/net.ts';
import { type Item, valueOf } from '../../capture/getopt.ts';
import type { Described, CapturePoint } from '../../capture/capture-point.ts';
import type { Context } from '../../context.ts';
import { nsenter } from '../../enter/nsenter.ts';
import { entryFailure } from '../../enter/outcome.ts';
import { type EntryWish, planEntry } from '../../enter/entry-plan.ts';
import type { Target } from '../../enter/target.ts';
import { usageError } from '../../errors.ts';
import { ownValues } from '../../host/own-values.ts';
import { linkState, type Link } from '../../network/links.ts';
import { linksInside } from '../../network/look-inside.ts';
import { shellQuote } from '../../text.ts';

/** A capture point in a container or on its way. */
export interface ContainerPoint extends CapturePoint {
  /**
   * the container whose network it is in; undefined for the host's network or an overlay network's
   */
  readonly target?: Target;
  /** with what a line of text from there begins */
  readonly label: string;
  /** what the point is on a packet's way */
  readonly role?: Role;
}

/**
 * The kinds of points that a packet passes on its way out of a container, in this order. On its way
 * back it passes them in reverse.
 */
export type Role = 'container' | 'host device' | 'bridge' | 'uplink' | "peer's host device" | 'peer';

/**
 * The points at which to capture in a container: at the device that the person named, or at all
 * devices at once. A capture of several containers then tells the devices apart by the index that
 * each packet carries. A tcpdump for each device would not do: when the container ends, tcpdump
 * loses what is in its ring, the last second of each.
 */
export async function pointsOf(
  ctx: Context,
  target: Target,
  items: readonly Item[],
  options: EntryWish,
  isEach: boolean,
): Promise<ContainerPoint[]> {
  const named = valueOf(items, 'i');
  const place = pointOn(ctx, target, named ?? 'any', options);
  if (named !== undefined || !isEach) return [place];
  const found = await linksInside(ctx.host, target);
  const links = new Map(found.map((link) => [link.ifindex, link]));
  const indexes = [...links.values()].flatMap((link) => (linkState(link) === 'down' ? [] : [link.ifindex]));
  return [
    {
      ...place,
      name: target.container.name,
      indexes,
      interfaceOf: (ifindex) => interfaceOf(ctx, place, ifindex, links),
    },
  ];
}

/**
 * An interface by its index. One that has come since the capture began, as by
 * `docker network connect`, gets the name that the kernel has for it then.
 */
function interfaceOf(
  ctx: Context,
  place: ContainerPoint,
  ifindex: number,
  links: ReadonlyMap<number, Link>,
): Described {
  const link = links.get(ifindex);
  const { container, pid } = place.target!;
  const name = link?.name ?? nameIn(ctx.host.read(`/proc/${pid}/net/igmp`) ?? '', ifindex) ?? `if${ifindex}`;
  return {
    ...place,
    name: `${container.name}/${name}`,
    ...(link ? { mac: link.mac, addresses: link.addresses } : {}),
  };
}

const nameIn = (igmp: string, ifindex: number) => [...parseIgmp(igmp)].find(([, index]) => index === ifindex)?.[0];

/**
 * The targets with a network namespace of their own. Containers in one namespace have the same
 * devices, so the first of them stands for all.
 */
export function withOwnNetwork(ctx: Context, targets: readonly Target[]): Target[] {
  return unique(targets, ({ pid, container }) => ctx.host.link(`/proc/${pid}/ns/net`) ?? container.id);
}

/**
 * The capture point on a device in a container's network. Throws a usage error for an entry with
 * the container's files or processes.
 */
export function pointOn(ctx: Context, target: Target, device: string, options: EntryWish, link?: Link): ContainerPoint {
  const { container } = target;
  const { entry, env } = planEntry(ctx.host, target, options, { own: ownValues(ctx.env), given: {} });
  if (entry.namespaces.includes('pid') || entry.namespaces.includes('mnt')) {
    throw usageError(
      'dbg writes this capture itself, and needs the host’s tcpdump for it: leave out --all, and mnt and pid in --ns',
      [{ what: 'without them', command: `dbg tcpdump ${shellQuote(container.name)} …` }],
    );
  }
  return {
    target,
    label: container.name,
    mayVanish: true,
    name: `${container.name}/${device}`,
    device,
    inThere: (argv) => nsenter(target, argv, { ...entry, hasAside: true }),
    env,
    description: `${container.name} (${container.image}), ${container.networkMode}`,
    comment: [
      `container ${container.name}`,
      `id ${container.id}`,
      `image ${container.image} (${container.imageId})`,
      `network mode ${container.networkMode}`,
      `process ${target.pid}, started ${new Date(container.state.startedAt ?? 0).toISOString()}`,
      ...Object.entries(container.labels).map(([name, value]) => `label ${name}=${value}`),
    ].join('\n'),
    ...(link ? { mac: link.mac, addresses: link.addresses } : {}),
    failure: (end) => (end.hasListened ? undefined : entryFailure(ctx.host, end.report, end.exitCode, target, entry)),
  };
}

/** The items with different keys: of those with the same key, the first. */
export function unique<T>(all: readonly T[], key: (each: T) => unknown): T[] {
  return all.filter((each, at) => all.findIndex((other) => key(other) === key(each)) === at);
}
