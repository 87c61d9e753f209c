import type { Lister } from '../../../network/map/remembering.ts';
import type { Context } from '../../../context.ts';
import { usageError } from '../../../errors.ts';
import { requireProgram } from '../../../host/run/programs.ts';
import { surveyHost, MAP_PROGRAMS } from '../../../network/map/survey-host.ts';
import { mapOf, type HostMap } from '../../../network/map/map.ts';
import { behind } from '../../../network/map/whose.ts';
import { escapeControls } from '../../../text.ts';
import { json, lookOf, type TableLook } from '../../../ui/table.ts';
import { asRoot } from '../../../cli/root.ts';
import { dotText, mermaidText } from './host-graph.ts';
import { labelVerb } from './map-labels-text.ts';
import { isHostWish, type HostOptions } from './host-options.ts';
import { mappedRecord, mapRecords } from './host-record.ts';
import { mapTable } from './host-text.ts';
import { parseSeconds, watchMap } from './host-watch.ts';

/**
 * `dbg veth --all`, `--reverse`, `--label` and `--unlabel`. `ref` without any of these is the name
 * of a host device. Gives the exit code.
 */
export async function hostVerb(ctx: Context, ref: string | undefined, options: HostOptions): Promise<number> {
  const device = reversed(ref, options) ?? (isHostWish(options) ? undefined : ref);
  const seconds = options.watch === undefined ? undefined : parseSeconds(options.watch);
  requireSense(ref, options);
  for (const program of MAP_PROGRAMS) requireProgram(ctx.host, program);
  // Root is needed: only its owner and root may see a process' namespaces (/proc/PID/ns).
  return asRoot(ctx, () => hostVerbAsRoot(ctx, { ref, device, seconds }, options));
}

interface HostWish {
  readonly ref: string | undefined;
  readonly device: string | undefined;
  readonly seconds: number | undefined;
}

async function hostVerbAsRoot(ctx: Context, { ref, device, seconds }: HostWish, options: HostOptions): Promise<number> {
  const engine = await ctx.engine();
  const look = async (asked: Lister): Promise<HostMap> => mapOf(await surveyHost(ctx.host, asked, ctx.now));
  if (seconds !== undefined) return watchMap(ctx, engine, look, { seconds, asJson: options.json ?? false });
  const map = await look(engine);
  if (device !== undefined) return showBehind(ctx, map, device, options);
  if (options.label || options.unlabel) {
    const action = options.label ? 'add' : 'del';
    return labelVerb(ctx, map, { action, ref, json: options.json ?? false, dryRun: options.dryRun ?? false });
  }
  ctx.stdout.write(mapText(map, options, lookOf(ctx)));
  if (map.interfaces.length + map.bare.length === 0) ctx.stderr.write('dbg: no container is running\n');
  return 0;
}

/** The device of `--reverse DEV`, or of `--reverse --json DEV`. */
const reversed = (ref: string | undefined, { reverse }: HostOptions) => (reverse === true ? ref : reverse);

function requireSense(ref: string | undefined, { all, dot, mermaid, watch, reverse }: HostOptions): void {
  const usage = (message: string, command: string) => {
    throw usageError(message, [{ what: 'say', command }]);
  };
  if (!all && (dot || mermaid || watch !== undefined)) {
    usage('--watch, --dot and --mermaid are about the whole host, with --all', 'dbg veth --all --watch');
  }
  if (ref !== undefined && all) usage('--all is about every container: leave CTR out', 'dbg veth --all');
  if (reverse === true && ref === undefined) {
    usage('--reverse takes a host device', 'dbg veth --reverse veth2e7d114');
  }
  if (ref !== undefined && typeof reverse === 'string')
    usage('--reverse names a host device: leave CTR out', 'dbg veth --all');
}

function mapText(map: HostMap, { json: asJson, dot, mermaid }: HostOptions, look: TableLook): string {
  if (asJson) return json(mapRecords(map));
  if (dot) return dotText(map);
  return mermaid ? mermaidText(map) : mapTable(map, undefined, look);
}

function showBehind(ctx: Context, map: HostMap, device: string, { json: asJson }: HostOptions): number {
  const found = behind(ctx.host, map, device);
  if (found.reason) ctx.stderr.write(`dbg: ${escapeControls(found.reason)}\n`);
  ctx.stdout.write(asJson ? json([mappedRecord(found)]) : mapTable({ ...map, interfaces: [found], bare: [] }));
  return 0;
}
