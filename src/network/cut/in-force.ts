import type { Host } from '../../host/host.ts';
import type { Link } from '../links.ts';
import { again } from '../look-inside.ts';
import { inNetns, type NetnsPath } from '../netns-path.ts';
import type { Mark } from './mark.ts';
import { tableName } from './ruleset.ts';

/** A mark, and whether the kernel does now what it says. */
export interface SeenMark extends Mark {
  readonly isInForce: boolean;
}

/** The tables of the netdev family in a place, by name, as nft(8) lists them; undefined when it cannot be asked. */
export type Tables = ReadonlyMap<string, string> | undefined;

/** Asks the kernel of a place for its netdev tables. */
export async function tablesIn(host: Host, place: NetnsPath): Promise<Tables> {
  if (host.find('nft').kind !== 'found') return undefined;
  const argv = inNetns(host, place, ['nft', '-s', 'list', 'ruleset', 'netdev']);
  return again(() => host.output(argv)).then(parseTables, () => undefined);
}

/** What `nft list ruleset netdev` prints: "table netdev dbg_57 {", its lines, and "}" at the beginning of one. */
export const parseTables = (text: string): Map<string, string> =>
  new Map([...text.matchAll(/^table netdev (\S+) \{\n([^]*?)^\}$/gm)].map(([, name, lines]) => [name!, lines!]));

/**
 * Whether a cut is in force: the link is down, the table is about the name that the device has now (from Linux 6.16 on it is about a
 * name, before about the device), and what holds frames back is there. Rules may have been flushed with all of the host's, a device
 * renamed, or set up.
 */
export function isInForce({ what }: Mark, { name, ifindex, flags, qdisc }: Link, tables: Tables): boolean {
  const words = what.split(',');
  const rules = tables?.get(tableName(ifindex));
  const isAbout = (line: string) =>
    line.includes(`device "${name}"`) || (/devices = \{/.test(line) && line.includes(`"${name}"`));
  const chains = rules?.split('\n').filter((line) => line.includes('type filter hook')) ?? [];
  const isDropping = tables === undefined || (chains.length > 0 && chains.every(isAbout) && rules!.includes('drop'));
  return words.every((word) => {
    if (word === 'down') return !flags.includes('UP');
    if (/^(delay|rate):/.test(word)) return ['netem', 'tbf'].includes(qdisc);
    return /^(blackhole$|drop:|loss:)/.test(word) ? isDropping : true;
  });
}

/** Completes marks of devices in a place; asks the kernel only where there is one. */
export async function seenIn<T extends { readonly device: Link; readonly mark: Mark }>(
  host: Host,
  place: NetnsPath,
  marked: readonly T[],
): Promise<(Omit<T, 'mark'> & { readonly mark: SeenMark })[]> {
  const tables = marked.length > 0 ? await tablesIn(host, place) : undefined;
  return marked.map((each) => ({
    ...each,
    mark: { ...each.mark, isInForce: isInForce(each.mark, each.device, tables) },
  }));
}
