import type { HostMap, MappedInterface } from './map.ts';

/** Bytes per second as the container counts them: rx it receives, tx it sends. */
export interface Rates {
  readonly rx: number;
  readonly tx: number;
}

/**
 * The rates of each interface between two looks. An interface that was not there at the first look
 * has no rates. A veth that was made anew under the same name is another interface: it has another
 * index, and counts from zero.
 */
export function ratesBetween(before: HostMap | undefined, now: HostMap): ReadonlyMap<MappedInterface, Rates> {
  const seconds = before === undefined ? 0 : (now.at - before.at) / 1000;
  if (before === undefined || seconds <= 0) return new Map();
  const earlier = new Map(before.interfaces.map((each) => [identity(each), each.counters]));
  return new Map(
    now.interfaces.flatMap((each) => {
      const then = earlier.get(identity(each));
      if (then === undefined) return [];
      const perSecond = (bytes: number) => Math.max(0, Math.round(bytes / seconds));
      const { rxBytes, txBytes } = each.counters;
      return [[each, { rx: perSecond(rxBytes - then.rxBytes), tx: perSecond(txBytes - then.txBytes) }] as const];
    }),
  );
}

const identity = ({ target, inside, device }: MappedInterface) =>
  [target.container.id, target.startTime, inside.ifindex, device?.ifindex].join('/');
