import { filterOf, type Item } from '../../capture/getopt.ts';
import type { Passage, Wanted, WhereRecorder } from '../../capture/where.ts';
import type { Context } from '../../context.ts';
import { nsenter } from '../../enter/nsenter.ts';
import { planEntry } from '../../enter/plan.ts';
import type { Target } from '../../enter/target.ts';
import { DbgError } from '../../errors.ts';
import { ownValues } from '../../host/own-values.ts';
import { parsePeer } from '../../network/cut/peers.ts';
import { shellQuote } from '../../text.ts';
import { json, table } from '../../ui/table.ts';
import type { EntryOptions } from '../entry-options.ts';
import type { Station } from './places.ts';

/** Whose packets `--where HOST[:PORT]` means: an address, a container by its name, or a name as the container looks it up. */
export async function whereTo(ctx: Context, target: Target, text: string, options: EntryOptions): Promise<Wanted> {
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

/** getent(1) with the container's resolver and hosts: the view of every tool (src/enter/view.ts). */
async function lookedUp(ctx: Context, target: Target, name: string, options: EntryOptions): Promise<string[]> {
  const { entry } = planEntry(ctx.host, target, options, { own: ownValues(ctx.env), given: {} });
  const hosts = await ctx.host.output(nsenter(target, ['getent', 'ahosts', name], entry)).catch(() => '');
  return [...new Set(hosts.split('\n').flatMap((line) => line.split(/\s+/)[0] || []))];
}

/** The command line with a filter for these packets, besides what was typed. */
export function filteredFor(items: readonly Item[], { addresses, port }: Wanted): Item[] {
  const hosts = addresses.map((address) => `host ${address}`).join(' or ');
  // What reports a failure carries no port of its own. An echo and its answer (types 8 and 0; 128 and 129) report none.
  const failures = '(icmp and icmp[0] != 0 and icmp[0] != 8) or (icmp6 and ip6[40] < 128)';
  const ends = port === undefined ? `(${hosts})` : `(${hosts}) and (port ${port} or ${failures})`;
  const typed = filterOf(items);
  const filter = typed === '' ? ends : `(${typed}) and ${ends}`;
  const options = items.filter(({ option }) => option !== undefined);
  return [...options, { option: undefined, value: undefined, words: [filter] }];
}

/** What was found, for people or as JSON. */
export function whereText(way: readonly Station[], to: string, recorder: WhereRecorder, asJson: boolean): string {
  const { passages, isWhole, dropped } = recorder.result();
  if (asJson) return json(record(way, to, passages, isWhole && dropped === 0));
  const heads = way.map(({ name }) => name);
  const missing = passages.filter(({ missingFrom }) => missingFrom);
  const rows = missing
    .slice(0, MOST_ROWS)
    .map((passage) => [
      arrow(passage.direction),
      new Date(passage.time).toISOString().slice(11, 23),
      passage.summary,
      ...way.map((place) => (passage.seen.includes(place) ? 'seen' : '')),
      passage.missingFrom?.name ?? '',
    ]);
  const totals = (['to', 'from'] as const).map((direction) => {
    const its = passages.filter((passage) => passage.direction === direction);
    return [
      arrow(direction),
      'all',
      `${its.length} packets ${direction} ${to}`,
      ...way.map((place) => String(its.filter(({ seen }) => seen.includes(place)).length)),
      firstLoss(its),
    ];
  });
  const more = missing.length > MOST_ROWS ? `(${missing.length - MOST_ROWS} more that vanished)\n` : '';
  const note = isWhole ? '' : '(the first 100,000 packets only)\n';
  const loss = dropped === 0 ? '' : `(the kernel dropped ${dropped} from dbg: as many may be missing for that alone)\n`;
  return `${table(['', 'TIME', 'PACKET', ...heads, 'MISSING FROM'], [...rows, ...totals])}${more}${note}${loss}`;
}

const MOST_ROWS = 20;
const arrow = (direction: Passage['direction']) => (direction === 'to' ? '>' : '<');

/** Where most of those that vanished were first missing. */
function firstLoss(passages: readonly Passage[]): string {
  const counts = new Map<string, number>();
  for (const { missingFrom } of passages) {
    if (missingFrom) counts.set(missingFrom.name, (counts.get(missingFrom.name) ?? 0) + 1);
  }
  return [...counts]
    .toSorted((a, b) => b[1] - a[1])
    .map(([name, count]) => `${name} (${count})`)
    .join(' ');
}

function record(way: readonly Station[], to: string, passages: readonly Passage[], complete: boolean) {
  return {
    to,
    complete,
    places: way.map(({ name, role }) => ({ name, role: role ?? null })),
    packets: passages.map(({ direction, time, summary, seen, missingFrom }) => ({
      direction,
      time: new Date(time).toISOString(),
      packet: summary,
      seen: seen.map(({ name }) => name),
      missing_from: missingFrom?.name ?? null,
    })),
  };
}
