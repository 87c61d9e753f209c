import type { Host } from '../../host/host.ts';
import type { Link } from '../links.ts';
import { again } from '../look-inside.ts';
import { inNetns, type NetnsPath } from '../netns-path.ts';
import type { Mark } from './mark.ts';
import { tableName } from './ruleset.ts';

/** A mark, and whether the kernel does at present what the mark says. */
export interface SeenMark extends Mark {
  readonly isInForce: boolean;
}

/**
 * The tables of the netdev family in a namespace: name → lines, as nft(8) lists them. undefined
 * when nft is missing or fails.
 */
export type Tables = ReadonlyMap<string, string> | undefined;

/** Asks the kernel for the netdev tables of a namespace. */
export async function tablesIn(host: Host, place: NetnsPath): Promise<Tables> {
  if (host.find('nft').kind !== 'found') return undefined;
  const argv = inNetns(host, place, ['nft', '-s', 'list', 'ruleset', 'netdev']);
  return again(() => host.output(argv)).then(parseTables, () => undefined);
}

/**
 * Reads `nft list ruleset netdev`: "table netdev dbg_57 {", the lines of the table, and a line that
 * begins with "}".
 */
export const parseTables = (text: string): Map<string, string> =>
  new Map([...text.matchAll(/^table netdev (\S+) \{\n([^]*?)^\}$/gm)].map(([, name, lines]) => [name!, lines!]));

/**
 * Whether a cut is in force. Each of its effects must be there:
 * - the link is down
 * - the table is there, and its chains are for the present name of the device (since Linux 6.16 a
 *   chain belongs to a name, before that to the device)
 * - the queueing discipline that holds frames back is there
 *
 * Somebody may have flushed all rules of the host, renamed the device, or set it up.
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

/**
 * Adds to the marks of devices in a namespace whether each is in force. Asks the kernel only when
 * there is a mark.
 */
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
