import type { Away } from '../../../network/map/remembering.ts';
import type { Lister } from '../../../network/map/remembering.ts';
import { duration } from '../../../text.ts';
import { escapeControls } from '../../../text.ts';
import { remembering } from '../../../network/map/remembering.ts';
import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from '../../../context.ts';
import { usageError } from '../../../errors.ts';
import type { HostMap } from '../../../network/map/map.ts';
import { ratesBetween } from '../../../network/map/rates.ts';
import { inPlace } from '../../../ui/in-place.ts';
import { json, lookOf } from '../../../ui/table.ts';
import { mapRecords } from './host-record.ts';
import { mapTable } from './host-text.ts';

/**
 * Shows the map again and again, until a signal ends dbg. As with `watch` or `docker stats`, the
 * shell then sees exit code 130 for Ctrl-C.
 * - Each frame leaves the terminal as it was, so there is nothing to restore, however dbg ends.
 * - While the engine is away, the map goes on. That is told above the map on a terminal, and else
 *   once on stderr.
 */
export async function watchMap(
  ctx: Context,
  engine: Lister,
  look: (engine: Lister) => Promise<HostMap>,
  { seconds, asJson }: { readonly seconds: number; readonly asJson: boolean },
): Promise<never> {
  let before: HostMap | undefined;
  let wasAway = false;
  const remembered = remembering(ctx.host, engine, ctx.now);
  const isDrawn = ctx.stdout.isTTY && !asJson;
  for (let frame = 0; ; frame++) {
    const map = await look(remembered);
    const away = remembered.away();
    if (!isDrawn && wasAway !== (away !== undefined)) {
      ctx.stderr.write(away ? `dbg: ${awayText(away, ctx.now())}` : 'dbg: the engine is back\n');
    }
    wasAway = away !== undefined;
    const rates = ratesBetween(before, map);
    if (asJson) ctx.stdout.write(oneLine(json(mapRecords(map, rates))));
    else if (isDrawn) {
      const above = away ? `${awayText(away, ctx.now())}\n` : '';
      ctx.stdout.write(inPlace(above + mapTable(map, rates, lookOf(ctx)), frame === 0));
    } else ctx.stdout.write(`${frame === 0 ? '' : '\n'}${mapTable(map, rates)}`);
    before = map;
    await wait(Math.max(0, seconds * 1000 - (ctx.now() - map.startedAt)));
  }
}

/** The line that says that the engine is away. */
const awayText = ({ since, why }: Away, now: number) =>
  `the engine is away, for ${duration(now - since)}: containers as it last knew them, while their process is there (${escapeControls(why)})\n`;

/**
 * Reads the value of `--watch` in seconds. `true`: the option has no value. Throws a usage error
 * for a value that is no number of seconds.
 */
export function parseSeconds(value: string | true): number {
  const seconds = value === true ? 2 : Number(value);
  if (seconds >= 0.2 && seconds <= 86_400) return seconds;
  throw usageError(`--watch ${String(value)}: not a number of seconds (0.2 to 86400)`, [
    { what: 'every two seconds', command: 'dbg veth --all --watch' },
  ]);
}

/**
 * A JSON value on a single line. JSON has raw line breaks only in its indentation, never in a
 * string.
 */
const oneLine = (indented: string) => `${indented.replace(/\n\s*/g, '')}\n`;
