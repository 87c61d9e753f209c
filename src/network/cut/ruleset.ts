import { byFamily } from './peers.ts';
import type { Direction, PeerMatch, Impairments } from './ways.ts';

/** A device on which frames are dropped, and which of its hooks the container's outgoing frames pass. */
export interface CutPoint {
  readonly ifindex: number;
  /** peer: the other end of its wire, where they come in; own: the container's own device, where they go out */
  readonly side: 'peer' | 'own';
}

/** dbg's own table for a device; an ifindex is not given twice as long as the kernel has not counted through all of them. */
export const tableName = (ifindex: number) => `dbg_${ifindex}`;

/** Stands for the device's name in a ruleset: names move, and none holds it (plan.ts). */
export const DEVICE = '@';

/**
 * What nft(8) is told for a cut that drops frames; undefined when none is dropped. The netdev family sees every frame of a device
 * before anything else does: of ARP and both families, before routing, NAT and the bridge. Its egress hook is there since Linux 5.16.
 * A table of that name is replaced; no other is touched.
 *
 * From Linux 6.16 on, a chain is about a name, and so about the next device that gets it. What is not the device's itself passes.
 */
export function ruleset({ ifindex, side }: CutPoint, ways: Impairments): string | undefined {
  const chains = (['out', 'in'] as const).flatMap((direction) => {
    const rules = ways.direction === 'both' || ways.direction === direction ? rulesFor(direction, ways) : [];
    const hook = (direction === 'out') === (side === 'peer') ? 'ingress' : 'egress';
    if (rules.length === 0) return [];
    const others = `${hook === 'ingress' ? 'iif' : 'oif'} != ${ifindex} accept`;
    return [
      `chain ${direction} {`,
      `type filter hook ${hook} device "${DEVICE}" priority -500;`,
      others,
      ...rules,
      '}',
    ];
  });
  const table = `table netdev ${tableName(ifindex)}`;
  // Named before it is deleted, so that it is there to be deleted; all of it is one transaction.
  return chains.length === 0 ? undefined : [table, `delete ${table}`, `${table} {`, ...chains, '}'].join('\n');
}

function rulesFor(direction: Exclude<Direction, 'both'>, { blackhole, drop, loss }: Impairments): string[] {
  const lost = Math.round((loss ?? 0) * 10_000);
  // nft refuses to compare with what numgen never gives.
  if (blackhole || lost === 10_000) return ['counter drop'];
  return [
    ...drop.flatMap((peer) => peerRules(direction, peer)),
    ...(loss === undefined ? [] : [`numgen random mod 10000 < ${lost} counter drop`]),
  ];
}

function peerRules(direction: 'in' | 'out', { addresses, port, protocol }: PeerMatch): string[] {
  const end = direction === 'out' ? 'd' : 's';
  const ports = port === undefined ? '' : ` ${protocol} ${end}port ${port}`;
  // A rule for each: of a set, nft refuses prefixes that overlap.
  return Object.entries(byFamily(addresses)).flatMap(([family, some]) =>
    some.map((address) => `${family} ${end}addr ${address}${ports} counter drop`),
  );
}
