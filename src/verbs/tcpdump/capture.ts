import { both } from '../../capture/recorders/recorder.ts';
import { type WantedPackets, whereRecorder } from '../../capture/recorders/where-recorder.ts';
import { requireLogs } from '../../capture/stop-on.ts';
import { tapArgv } from '../../capture/tcpdump-argv.ts';
import { traps } from '../../capture/traps.ts';
import { asRoot, dryRunText } from '../../cli/root.ts';
import type { Context } from '../../context.ts';
import { tellPaused } from '../../enter/paused.ts';
import { usageError } from '../../errors.ts';
import { requireProgram } from '../../host/run/programs.ts';
import type { CaptureWish } from '../../jobs/capture/capture-wish.ts';
import { pointsOf, type ContainerPoint, unique, withOwnNetwork } from '../../jobs/capture/container-points.ts';
import { wayOut } from '../../jobs/capture/points-on-the-way.ts';
import { ringOfEach, runCapture } from '../../jobs/capture/run-capture.ts';
import { filteredFor, whereTo } from '../../jobs/capture/where-wish.ts';
import { parseDev } from '../../proc/net.ts';
import { escapeControls } from '../../text.ts';
import { captureNews } from './capture-news.ts';
import { chosenTargets, requireContainers, selects } from '../../cli/arguments/chosen-containers.ts';
import { fileOf, linesOf } from './chosen-recorder.ts';
import type { TcpdumpOptions } from './tcpdump-options.ts';
import { whereText } from './where-table.ts';

/**
 * `dbg tcpdump` where dbg itself handles the packets that tcpdump captures: into a file, from
 * several places, within bounds. Gives the exit code.
 */
export async function capture(ctx: Context, typed: CaptureWish, options: TcpdumpOptions): Promise<number> {
  refuse(ctx, typed, options);
  return options.dryRun ? captureAsRoot(ctx, typed, options) : asRoot(ctx, () => captureAsRoot(ctx, typed, options));
}

async function captureAsRoot(ctx: Context, typed: CaptureWish, options: TcpdumpOptions): Promise<number> {
  const { places, wanted } = await stationsOf(ctx, typed, options);
  const wish = wanted ? { ...typed, items: filteredFor(typed.items, wanted) } : typed;
  if (options.dryRun) {
    ctx.stdout.write(dryRunText(ctx, argvs(ctx, wish, places)));
    return 0;
  }
  for (const { target } of unique(places, (place) => place.target?.container.id)) {
    if (!target) continue;
    if (!options.quiet) tellPaused(ctx, target);
    await requireLogs(await ctx.engine(), target.container, wish.stopOn);
  }
  if (!options.quiet) tellTraps(ctx, typed, places);
  const where = wanted && whereRecorder(places, wanted, ctx.now);
  const packets = wish.path === undefined ? undefined : await fileOf(ctx, wish, wish.path);
  const recorder = packets && where ? both(packets, where) : (packets ?? where ?? linesOf(ctx, wish, places));
  const begun = `capturing on ${places.map(({ name }) => name).join(', ')}`;
  const isOne = places.length === 1;
  const news = captureNews(ctx, { begun: isOne ? undefined : begun, isToFile: wish.path !== undefined }, options.quiet);
  const exitCode = await runCapture(ctx, wish, places, recorder, { isOne }, news);
  if (where) ctx.stdout.write(whereText(places, options.where ?? '', where, options.json === true));
  return exitCode;
}

/** Throws a usage error for what is known to be wrong before anybody is asked for anything. */
function refuse(ctx: Context, { refs, path }: CaptureWish, options: TcpdumpOptions): void {
  requireContainers(ctx, refs, options);
  refuseTerminal(ctx, path);
  if (options.where !== undefined && (refs.length > 1 || selects(options))) {
    throw usageError('--where follows the packets of one container', [
      { what: 'such as', command: `dbg tcpdump --where ${options.where} ${refs[0] ?? 'CTR'}` },
    ]);
  }
  for (const program of ['nsenter', 'tcpdump']) requireProgram(ctx.host, program);
}

/** Throws a usage error where packets would be written to a terminal. */
export function refuseTerminal({ stdout }: Pick<Context, 'stdout'>, path: string | undefined): void {
  if (path !== '-' || !stdout.isTTY) return;
  throw usageError('a capture is binary, and stdout is a terminal', [
    { what: 'pipe it to a reader', command: 'dbg tcpdump … -w - | wireshark -k -i -' },
  ]);
}

/** Warns of what each container's filter does not mean, though people may think so. */
function tellTraps(ctx: Context, { items }: CaptureWish, places: readonly ContainerPoint[]): void {
  const sentences = places.flatMap(({ target, device }) => {
    if (target === undefined) return [];
    const resolvConf = ctx.host.readBelow(`/proc/${target.pid}/root`, 'etc/resolv.conf', RESOLV_CONF_LIMIT);
    const devices = parseDev(ctx.host.read(`/proc/${target.pid}/net/dev`) ?? '');
    const named = [...devices.keys()].find((name) => name !== 'lo') ?? 'eth0';
    return traps({ items, isAny: device === 'any', resolvConf, device: named });
  });
  for (const sentence of new Set(sentences)) ctx.stderr.write(`dbg: ${escapeControls(sentence)}\n`);
}

/** A usual file of resolver(5) is far smaller: three servers and a line of domains. */
const RESOLV_CONF_LIMIT = 16_384;

async function stationsOf(
  ctx: Context,
  wish: CaptureWish,
  options: TcpdumpOptions,
): Promise<{ readonly places: readonly ContainerPoint[]; readonly wanted: WantedPackets | undefined }> {
  const targets = withOwnNetwork(ctx, await chosenTargets(ctx, wish.refs, options));
  if (options.where !== undefined) {
    const target = targets[0]!;
    const wanted = await whereTo(ctx, target, options.where, options);
    return { places: await wayOut(ctx, target, options, wanted.addresses[0]), wanted };
  }
  const isEach = wish.isPcapng && wish.path !== undefined;
  const all = await Promise.all(
    targets.map((target) =>
      options.bothEnds ? wayOut(ctx, target, options) : pointsOf(ctx, target, wish.items, options, isEach),
    ),
  );
  return { places: unique(all.flat(), ({ name }) => name), wanted: undefined };
}

function argvs(ctx: Context, { items, path }: CaptureWish, places: readonly ContainerPoint[]): string[][] {
  const as = path === undefined ? 'text' : 'packets';
  const isLive = path === undefined || path === '-';
  const isOne = places.length === 1;
  const style = { as, isLive, isOne, ringKib: ringOfEach(ctx, places) } as const;
  return places.map((place) => place.inThere(tapArgv(items, { ...style, device: place.device })));
}
