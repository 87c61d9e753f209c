import { type Item, valueOf } from '../../capture/getopt.ts';
import type { Place } from '../../capture/place.ts';
import type { Context } from '../../context.ts';
import { nsenter } from '../../enter/nsenter.ts';
import { entryFailure } from '../../enter/outcome.ts';
import { planEntry } from '../../enter/plan.ts';
import type { Target } from '../../enter/target.ts';
import { DbgError, EXIT } from '../../errors.ts';
import { ownValues } from '../../host/own-values.ts';
import { linkState, type Link } from '../../network/links.ts';
import { linksInside } from '../../network/look.ts';
import type { EntryOptions } from '../entry-options.ts';
import { unique } from './targets.ts';

/** A place, and whose it is. */
export interface Station extends Place {
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
 * Where to capture in a container: on the device that was named; or, for a capture that tells interfaces apart, on each of those that
 * are up; or on all at once.
 */
export async function placesOf(
  ctx: Context,
  target: Target,
  items: readonly Item[],
  options: EntryOptions,
  isEach: boolean,
): Promise<Station[]> {
  const named = valueOf(items, 'i');
  if (named !== undefined || !isEach) return [placeOf(ctx, target, named ?? 'any', options)];
  const links = (await linksInside(ctx.host, target)).filter((link) => linkState(link) !== 'down');
  if (links.length > 0) return links.map((link) => placeOf(ctx, target, link.name, options, link));
  throw new DbgError(`no interface of "${target.container.name}" is up`, {
    next: [{ what: 'see them', command: `dbg exec ${target.container.name} ip link` }],
  });
}

/** Containers of one network namespace have the same devices: one of them stands for all. */
export function withOwnNetwork(ctx: Context, targets: readonly Target[]): Target[] {
  return unique(targets, ({ pid, container }) => ctx.host.link(`/proc/${pid}/ns/net`) ?? container.id);
}

/** A device in a container's network. */
export function placeOf(ctx: Context, target: Target, device: string, options: EntryOptions, link?: Link): Station {
  const { container } = target;
  const { entry, env } = planEntry(ctx.host, target, options, { here: ctx.cwd(), own: ownValues(ctx.env), given: {} });
  if (entry.namespaces.includes('pid') || entry.namespaces.includes('mnt')) {
    throw new DbgError(
      'dbg takes captures from tcpdump with the host’s files and processes: without --all, mnt and pid',
      {
        exitCode: EXIT.usage,
        next: [{ what: 'as it is', command: `dbg tcpdump ${container.name} …` }],
      },
    );
  }
  return {
    target,
    label: container.name,
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
    failure: (end) => (end.hasListened ? undefined : entryFailure(end.report, end.exitCode, target, entry)),
  };
}
