import { parseIgmp } from '../../proc/net.ts';
import { type Item, valueOf } from '../../capture/getopt.ts';
import type { Described, CapturePoint } from '../../capture/capture-point.ts';
import type { Context } from '../../context.ts';
import { nsenter } from '../../enter/nsenter.ts';
import { entryFailure } from '../../enter/outcome.ts';
import { type EntryWish, planEntry } from '../../enter/entry-plan.ts';
import { goneError, hasEnded, type Target } from '../../enter/target.ts';
import { usageError } from '../../errors.ts';
import { ownValues } from '../../host/own-values.ts';
import { linkState, type Link } from '../../network/links.ts';
import { linksInside } from '../../network/look-inside.ts';
import { shellQuote } from '../../text.ts';

/** A place, and whose it is. */
export interface ContainerPoint extends CapturePoint {
  /** whose network it is in; undefined: the host's, or an overlay network's */
  readonly target?: Target;
  /** what lines of text that come from there begin with */
  readonly label: string;
  /** what it is on a packet's way */
  readonly role?: Role;
}

/** Where a packet passes on its way out of a container; on the way back, the other way round. */
export type Role = 'container' | 'host device' | 'bridge' | 'uplink' | "peer's host device" | 'peer';

/**
 * Where to capture in a container: on the device that was named, or on all at once, which a capture of several tells apart by the index
 * that each packet then bears. One tcpdump for each device would lose the last second of each when the container ends: tcpdump then
 * leaves what is in its ring.
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
  const found = await linksInside(ctx.host, target).catch((error: unknown) => {
    throw hasEnded(ctx.host, target) ? goneError(target) : error;
  });
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

/** An interface by its index; one that has come since, as by `docker network connect`, by what the kernel then calls it. */
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

/** Containers of one network namespace have the same devices: one of them stands for all. */
export function withOwnNetwork(ctx: Context, targets: readonly Target[]): Target[] {
  return unique(targets, ({ pid, container }) => ctx.host.link(`/proc/${pid}/ns/net`) ?? container.id);
}

/** A device in a container's network. */
export function pointOn(ctx: Context, target: Target, device: string, options: EntryWish, link?: Link): ContainerPoint {
  const { container } = target;
  const { entry, env } = planEntry(ctx.host, target, options, { own: ownValues(ctx.env), given: {} });
  if (entry.namespaces.includes('pid') || entry.namespaces.includes('mnt')) {
    throw usageError(
      'dbg takes captures from tcpdump with the host’s files and processes: without --all, mnt and pid',
      [{ what: 'as it is', command: `dbg tcpdump ${shellQuote(container.name)} …` }],
    );
  }
  return {
    target,
    label: container.name,
    mayVanish: true,
    name: `${container.name}/${device}`,
    device,
    inThere: (argv) => nsenter(target, argv, entry),
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

/** Each of them once, by its key: the first that has it. */
export function unique<T>(all: readonly T[], key: (each: T) => unknown): T[] {
  return all.filter((each, at) => all.findIndex((other) => key(other) === key(each)) === at);
}
