import { filterOf, type Item } from '../../capture/getopt.ts';
import type { WantedPackets } from '../../capture/recorders/where-recorder.ts';
import type { Context } from '../../context.ts';
import { type EntryWish, planEntry } from '../../enter/entry-plan.ts';
import { nsenter } from '../../enter/nsenter.ts';
import type { Target } from '../../enter/target.ts';
import { DbgError } from '../../errors.ts';
import { ownValues } from '../../host/own-values.ts';
import { parsePeer } from '../../network/cut/peers.ts';
import { shellQuote } from '../../text.ts';

/**
 * The packets that `--where HOST[:PORT]` means. HOST is an address, the name of a running
 * container, or a name that the container looks up. Throws a DbgError when nobody has that name.
 */
export async function whereTo(ctx: Context, target: Target, text: string, options: EntryWish): Promise<WantedPackets> {
  const { name, address, port } = parsePeer(text, '--where');
  if (address !== undefined) return { addresses: [address], port };
  const owner = (await (await ctx.engine()).list()).find((each) => each.name === name);
  const own = owner?.addresses.map((each) => each.split('/')[0]!) ?? [];
  const addresses = own.length > 0 ? own : await lookedUp(ctx, target, name, options);
  if (addresses.length > 0) return { addresses, port };
  throw new DbgError(`"${name}" is no running container, and ${target.container.name} finds no such name`, {
    next: [
      {
        what: 'ask as it does',
        command: `dbg exec ${shellQuote(target.container.name)} getent hosts ${shellQuote(name)}`,
      },
    ],
  });
}

/**
 * The addresses that getent(1) finds for a name. It uses the container's resolver and hosts file,
 * as every tool does (src/enter/environment/container-view.ts).
 */
async function lookedUp(ctx: Context, target: Target, name: string, options: EntryWish): Promise<string[]> {
  const { entry } = planEntry(ctx.host, target, options, { own: ownValues(ctx.env), given: {} });
  const hosts = await ctx.host.output(nsenter(target, ['getent', 'ahosts', name], entry)).catch(() => '');
  return [...new Set(hosts.split('\n').flatMap((line) => line.split(/\s+/)[0] || []))];
}

/** The command line with a filter for these packets, in addition to what was typed. */
export function filteredFor(items: readonly Item[], { addresses, port }: WantedPackets): Item[] {
  const hosts = addresses.map((address) => `host ${address}`).join(' or ');
  // A message that reports a failure has no port of its own. An echo and its answer report none
  // (ICMP types 8 and 0, ICMPv6 types 128 and 129).
  const failures = '(icmp and icmp[0] != 0 and icmp[0] != 8) or (icmp6 and ip6[40] < 128)';
  const ends = port === undefined ? `(${hosts})` : `(${hosts}) and (port ${port} or ${failures})`;
  const typed = filterOf(items);
  const filter = typed === '' ? ends : `(${typed}) and ${ends}`;
  const options = items.filter(({ option }) => option !== undefined);
  return [...options, { option: undefined, value: undefined, words: [filter] }];
}
