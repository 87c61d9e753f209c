import { conductor, type Conductor } from '../../capture/conductor.ts';
import { both, type Recorder } from '../../capture/recorder.ts';
import { requireLogs } from '../../capture/stop-on.ts';
import { hasLostDevice } from '../../capture/tap.ts';
import { ringKib, tapArgv } from '../../capture/tcpdump.ts';
import { traps } from '../../capture/traps.ts';
import { whereRecorder, type Wanted } from '../../capture/where.ts';
import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import { DbgError, EXIT } from '../../errors.ts';
import { requireProgram } from '../../host/programs.ts';
import { parseDev } from '../../network/map/proc-net.ts';
import { escapeControls, escapeLines } from '../../text.ts';
import { requireContainer } from '../container.ts';
import { dryRunText, throughSudo } from '../root.ts';
import { endings } from './endings.ts';
import type { TcpdumpOptions } from './options.ts';
import { placesOf, type Station, withOwnNetwork } from './places.ts';
import { showProgress } from './progress.ts';
import { fileOf, linesOf } from './recorders.ts';
import { summaryText } from './summary.ts';
import { chosenTargets, unique } from './targets.ts';
import { wayOut } from './way.ts';
import { filteredFor, whereText, whereTo } from './where.ts';
import { type CaptureWish, selects } from './wish.ts';

/** `dbg tcpdump` where dbg takes what tcpdump captures: into a file, from several places, within bounds. Gives the exit code. */
export async function capture(ctx: Context, typed: CaptureWish, options: TcpdumpOptions): Promise<number> {
  refuse(ctx, typed, options);
  if (!options.dryRun) {
    const exitCode = await throughSudo(ctx);
    if (exitCode !== undefined) return exitCode;
  }
  const { places, wanted } = await stationsOf(ctx, typed, options);
  const wish = wanted ? { ...typed, items: filteredFor(typed.items, wanted) } : typed;
  if (options.dryRun) {
    ctx.stdout.write(dryRunText(ctx, argvs(ctx, wish, places)));
    return 0;
  }
  for (const { target } of unique(places, (place) => place.target?.container.id)) {
    if (target) await requireLogs(await ctx.engine(), target.container, wish.stopOn);
  }
  if (!options.quiet) tellTraps(ctx, typed, places);
  const where = wanted && whereRecorder(places, wanted, ctx.now);
  const packets = wish.path === undefined ? undefined : await fileOf(ctx, wish, wish.path);
  const recorder = packets && where ? both(packets, where) : (packets ?? where ?? linesOf(ctx, wish, places));
  const begun = `capturing on ${places.map(({ name }) => name).join(', ')}`;
  const course = { isOne: places.length === 1, begun };
  const exitCode = await run(ctx, wish, options.quiet === true, places, recorder, course);
  if (where) ctx.stdout.write(whereText(places, options.where ?? '', where, options.json === true));
  return exitCode;
}

/** Throws for what can be known to be wrong before anybody is asked for anything. */
function refuse(ctx: Context, { refs, path }: CaptureWish, options: TcpdumpOptions): void {
  if (!selects(options)) for (const ref of refs.length > 0 ? refs : [undefined]) requireContainer(ctx, ref);
  refuseTerminal(ctx, path);
  if (options.where !== undefined && (refs.length > 1 || selects(options))) {
    throw new DbgError('--where follows the packets of one container', {
      exitCode: EXIT.usage,
      next: [{ what: 'such as', command: `dbg tcpdump --where ${options.where} ${refs[0] ?? 'CTR'}` }],
    });
  }
  for (const program of ['nsenter', 'tcpdump']) requireProgram(ctx.host, program);
}

/** Throws for packets that a terminal would show. */
export function refuseTerminal({ stdout }: Pick<Context, 'stdout'>, path: string | undefined): void {
  if (path !== '-' || !stdout.isTTY) return;
  throw new DbgError('a capture is no text for a terminal', {
    exitCode: EXIT.usage,
    next: [{ what: 'to a reader', command: 'dbg tcpdump … -w - | wireshark -k -i -' }],
  });
}

/** Says of each container's filter what it does not mean. */
function tellTraps(ctx: Context, { items }: CaptureWish, places: readonly Station[]): void {
  const sentences = places.flatMap(({ target, device }) => {
    if (target === undefined) return [];
    const resolvConf = ctx.host.readBelow(`/proc/${target.pid}/root`, 'etc/resolv.conf', RESOLV_CONF_LIMIT);
    const devices = parseDev(ctx.host.read(`/proc/${target.pid}/net/dev`) ?? '');
    const named = [...devices.keys()].find((name) => name !== 'lo') ?? 'eth0';
    return traps({ items, isAny: device === 'any', resolvConf, device: named });
  });
  for (const sentence of new Set(sentences)) ctx.stderr.write(`dbg: ${escapeControls(sentence)}\n`);
}

/** One of resolver(5) has three servers and a line of domains. */
const RESOLV_CONF_LIMIT = 16_384;

async function stationsOf(
  ctx: Context,
  wish: CaptureWish,
  options: TcpdumpOptions,
): Promise<{ readonly places: readonly Station[]; readonly wanted: Wanted | undefined }> {
  const targets = withOwnNetwork(ctx, await chosenTargets(ctx, wish.refs, options));
  if (options.where !== undefined) {
    const target = targets[0]!;
    const wanted = await whereTo(ctx, target, options.where, options);
    return { places: await wayOut(ctx, target, options, wanted.addresses[0]), wanted };
  }
  const isEach = wish.isPcapng && wish.path !== undefined;
  const all = await Promise.all(
    targets.map((target) =>
      options.bothEnds ? wayOut(ctx, target, options) : placesOf(ctx, target, wish.items, options, isEach),
    ),
  );
  return { places: unique(all.flat(), ({ name }) => name), wanted: undefined };
}

function argvs(ctx: Context, { items, path }: CaptureWish, places: readonly Station[]): string[][] {
  const as = path === undefined ? 'text' : 'packets';
  const isLive = path === undefined || path === '-';
  const isOne = places.length === 1;
  const style = { as, isLive, isOne, ringKib: ringOfEach(ctx, places) } as const;
  return places.map((place) => place.inThere(tapArgv(items, { ...style, device: place.device })));
}

const ringOfEach = (ctx: Context, places: readonly Station[]) => ringKib(places.length, ctx.host.read('/proc/meminfo'));

/** As of a program that SIGPIPE ended. */
const PIPE = 141;

/** What is particular to a capture. */
export interface Course {
  /** one tap, of which tcpdump itself tells */
  readonly isOne: boolean;
  /** Taps may have ended, and the capture goes on. */
  readonly persists?: boolean;
  /** what it says when it has begun */
  readonly begun: string;
  /** containers that are waited for, whatever their taps are on */
  readonly awaited?: readonly Container[];
  /** what goes on beside the taps, with what ends that */
  readonly beside?: (taps: Conductor, tell: (line: string) => void) => () => void;
}

/** Runs a capture from its first tap to its last; gives the exit code. */
export async function run(
  ctx: Context,
  wish: CaptureWish,
  quiet: boolean,
  places: readonly Station[],
  recorder: Recorder,
  { isOne, persists = false, begun, awaited = [], beside }: Course,
): Promise<number> {
  let progress: ReturnType<typeof showProgress> | undefined;
  const tell = (line: string) => {
    progress?.clear();
    ctx.stderr.write(`${escapeLines(line)}\n`);
  };
  const taps = conductor(ctx.host, {
    items: wish.items,
    recorder,
    isOne,
    ringKib: ringOfEach(ctx, places),
    persists,
    says: (place, line, kind) => {
      if (isOne) tell(line);
      else if (kind === 'note') tell(`${place.name}: ${line}`);
    },
  });
  const ends = await endings(ctx, wish, places, awaited, taps, tell);
  const stopBeside = beside?.(taps, (line) => quiet || tell(line));
  try {
    await Promise.all(places.map((place) => taps.add(place)));
    if (!taps.isStopping()) {
      recorder.begun?.();
      if (!isOne && !quiet) tell(`dbg: ${begun}`);
      ends.begin();
      progress = quiet ? undefined : showProgress(ctx, taps, recorder, ends.until);
    }
    const ended = await taps.ended;
    if (taps.readerLeft()) return PIPE;
    const [, only] = ended[0] ?? [];
    // `-i any` runs on when its container's devices have gone, and dbg ends it: one meaning for
    // both.
    return isOne && only && !hasLostDevice(only) ? only.exitCode : 0;
  } finally {
    progress?.end();
    ends.stop();
    stopBeside?.();
    const { packets, bytes } = recorder.written();
    const isWorthIt = taps.hasFailed() ? packets > 0 : bytes > 0;
    if (!quiet && wish.path !== undefined && isWorthIt)
      ctx.stderr.write(summaryText(taps.counts(), recorder, taps.leftOut()));
  }
}
