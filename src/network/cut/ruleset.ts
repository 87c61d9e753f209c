import { byFamily } from './peers.ts';
import type { Direction, PeerMatch, Impairments } from './ways.ts';

/**
 * A device at which frames are dropped, and the direction in which the container's frames pass it.
 */
export interface CutPoint {
  readonly ifindex: number;
  /**
   * peer: the device at the other end of the container's wire, where what the container sends comes
   * in; own: the container's own device, where it goes out
   */
  readonly side: 'peer' | 'own';
}

/**
 * The name of dbg's own table for a device. The kernel gives an ifindex to another device only when
 * it has counted through all numbers.
 */
export const tableName = (ifindex: number) => `dbg_${ifindex}`;

/**
 * Stands for the device's name in a ruleset, as a device may be renamed. Nothing else in a ruleset
 * has this character. cut.sh puts the name in.
 */
export const DEVICE = '@';

/**
 * The text for nft(8) for a cut that drops frames; undefined when the cut drops none.
 * - The netdev family sees every frame of a device before anything else does, ARP and both IP
 *   families: before routing, NAT and the bridge. Its egress hook exists since Linux 5.16.
 * - The text replaces dbg's table of the device, and touches no other table.
 * - Since Linux 6.16 a chain belongs to a name, and so to the next device that gets the name.
 *   Therefore the first rule lets the frames of any other device pass.
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
  // The table is named before it is deleted, so that there is one to delete. The whole text is one
  // transaction.
  return chains.length === 0 ? undefined : [table, `delete ${table}`, `${table} {`, ...chains, '}'].join('\n');
}

function rulesFor(direction: Exclude<Direction, 'both'>, { blackhole, drop, loss }: Impairments): string[] {
  const lost = Math.round((loss ?? 0) * 10_000);
  // nft refuses to compare with 10000, as numgen never gives that number.
  if (blackhole || lost === 10_000) return ['counter drop'];
  return [
    ...drop.flatMap((peer) => peerRules(direction, peer)),
    ...(loss === undefined ? [] : [`numgen random mod 10000 < ${lost} counter drop`]),
  ];
}

function peerRules(direction: 'in' | 'out', { addresses, port, protocol }: PeerMatch): string[] {
  const end = direction === 'out' ? 'd' : 's';
  const ports = port === undefined ? '' : ` ${protocol} ${end}port ${port}`;
  // A rule for each address, not a set: nft refuses a set of prefixes that overlap.
  return Object.entries(byFamily(addresses)).flatMap(([family, some]) =>
    some.map((address) => `${family} ${end}addr ${address}${ports} counter drop`),
  );
}
