import { dirname, resolve } from 'node:path';
import { version } from '../../../package.json';
import { filterOf } from '../../capture/arguments.ts';
import type { Files } from '../../capture/capture-file.ts';
import { conductor, type Conductor } from '../../capture/conductor.ts';
import { pcapRecorder } from '../../capture/pcap-recorder.ts';
import { nameResolution, sectionHeader } from '../../capture/pcapng.ts';
import { pcapngRecorder } from '../../capture/pcapng-recorder.ts';
import type { Recorder } from '../../capture/recorder.ts';
import { watchFor } from '../../capture/stop-on.ts';
import { tapArgv } from '../../capture/tcpdump.ts';
import { textRecorder } from '../../capture/text-recorder.ts';
import type { Context } from '../../context.ts';
import { DbgError, EXIT } from '../../errors.ts';
import { requireProgram } from '../../host/programs.ts';
import { escapeControls } from '../../text.ts';
import { requireContainer } from '../container.ts';
import { dryRunText, personAsked, throughSudo } from '../root.ts';
import { containerNames } from './names.ts';
import type { TcpdumpOptions } from './options.ts';
import { type ContainerPlace, placesOf, withOwnNetwork } from './places.ts';
import { showProgress } from './progress.ts';
import { summaryText } from './summary.ts';
import { chosenTargets } from './targets.ts';
import { type CaptureWish, selects } from './wish.ts';

/** `dbg tcpdump` where dbg takes what tcpdump captures: into a file, from several places, within bounds. Gives the exit code. */
export async function capture(ctx: Context, wish: CaptureWish, options: TcpdumpOptions): Promise<number> {
  if (!selects(options)) for (const ref of wish.refs.length > 0 ? wish.refs : [undefined]) requireContainer(ctx, ref);
  if (wish.path === '-' && ctx.stdout.isTTY) {
    throw new DbgError('a capture is no text for a terminal', {
      exitCode: EXIT.usage,
      next: [{ what: 'to a reader', command: 'dbg tcpdump … -w - | wireshark -k -i -' }],
    });
  }
  for (const program of ['nsenter', 'tcpdump']) requireProgram(ctx.host, program);
  if (!options.dryRun) {
    const exitCode = await throughSudo(ctx);
    if (exitCode !== undefined) return exitCode;
  }
  const targets = withOwnNetwork(ctx, await chosenTargets(ctx, wish.refs, options));
  const all = await Promise.all(
    targets.map((target) => placesOf(ctx, target, wish.items, options, wish.isPcapng && wish.path !== undefined)),
  );
  const places = all.flat();
  if (options.dryRun) {
    const style = { as: wish.path === undefined ? ('text' as const) : ('packets' as const), isLive: isLive(wish) };
    const lines = places.map((place) =>
      place.inThere(tapArgv(wish.items, { ...style, device: place.device, isOne: places.length === 1 })),
    );
    ctx.stdout.write(dryRunText(ctx, lines));
    return 0;
  }
  const recorder = await recorderFor(ctx, wish, places);
  return run(ctx, wish, options, places, recorder);
}

const isLive = ({ path }: CaptureWish) => path === undefined || path === '-';

async function recorderFor(ctx: Context, wish: CaptureWish, places: readonly ContainerPlace[]): Promise<Recorder> {
  if (wish.path === undefined) {
    const width = Math.max(...places.map(({ target }) => target.container.name.length));
    const prefix = ({ target }: ContainerPlace) => `${escapeControls(target.container.name).padEnd(width)} | `;
    const count = places.length > 1 ? wish.count : undefined;
    return textRecorder(
      (text) => ctx.stdout.write(text),
      count,
      (place) => (places.length > 1 ? prefix(place as ContainerPlace) : ''),
    );
  }
  const file = { path: wish.path, maxSize: wish.maxSize, ring: wish.ring };
  const files = filesOf(ctx);
  if (!wish.isPcapng) return pcapRecorder(files, file);
  const about = { application: `dbg ${version}`, comment: `dbg ${ctx.args.join(' ')}` };
  const names = nameResolution(await containerNames(await ctx.engine()));
  const preamble = Buffer.concat([sectionHeader(about), names]);
  return pcapngRecorder(files, { ...file, preamble, filter: filterOf(wish.items), count: wish.count });
}

function filesOf(ctx: Context): Files {
  const person = personAsked(ctx);
  return {
    create: async (path) => {
      try {
        return await (path === '-' ? ctx.host.standardOutput() : ctx.host.create(path, person));
      } catch (cause) {
        const why = cause instanceof Error ? cause.message.replace(/^(\w+): ([^,]*).*$/, '$2') : String(cause);
        throw new DbgError(`${path} cannot be made: ${why}`, {
          cause,
          next: [{ what: 'the folder', command: `ls -ld ${dirname(resolve(ctx.cwd(), path))}` }],
        });
      }
    },
    remove: (path) => ctx.host.remove(path, person),
    now: ctx.now,
  };
}

async function run(
  ctx: Context,
  wish: CaptureWish,
  options: TcpdumpOptions,
  places: readonly ContainerPlace[],
  recorder: Recorder,
): Promise<number> {
  const isOne = places.length === 1;
  let progress: ReturnType<typeof showProgress> | undefined;
  const tell = (line: string) => {
    progress?.clear();
    ctx.stderr.write(`${line}\n`);
  };
  const taps = conductor(ctx.host, {
    items: wish.items,
    recorder,
    isOne,
    says: (place, line, kind) => {
      if (isOne) tell(line);
      else if (kind === 'note') tell(`${escapeControls(place.name)}: ${line}`);
    },
  });
  const ends = await endings(ctx, wish, places, taps, tell);
  try {
    await Promise.all(places.map((place) => taps.add(place)));
    if (!isOne && !options.quiet && !taps.isStopping())
      tell(`dbg: capturing on ${places.map(({ name }) => escapeControls(name)).join(', ')}`);
    ends.begin();
    progress = options.quiet ? undefined : showProgress(ctx, taps, recorder, ends.until);
    const ended = await taps.ended;
    progress?.end();
    if (!options.quiet && wish.path !== undefined) ctx.stderr.write(summaryText(taps.counts(), recorder));
    return isOne ? (ended[0]?.[1].exitCode ?? 0) : 0;
  } finally {
    progress?.end();
    ends.stop();
  }
}

/** What ends a capture besides its taps: signals, time, what happens to a container, a disk that fills. */
async function endings(
  ctx: Context,
  wish: CaptureWish,
  places: readonly ContainerPlace[],
  taps: Conductor,
  tell: (line: string) => void,
) {
  const engine = await ctx.engine();
  const undo: (() => void)[] = [];
  let isOver = false;
  let until: number | undefined;
  const endIn = (milliseconds: number) => {
    const at = ctx.now() + milliseconds;
    if (until !== undefined && until <= at) return;
    until = at;
    const timer = setTimeout(() => taps.stop(), milliseconds);
    undo.push(() => clearTimeout(timer));
  };
  const heed = () => {
    const { first, stop } = ctx.host.signalled();
    undo.push(stop);
    void first.then(() => {
      stop();
      if (isOver) return;
      // Listened to anew before it acts: a second one is for what is impatient.
      heed();
      taps.stop();
    });
  };
  heed();
  for (const { container } of new Set(places.map(({ target }) => target))) {
    const its = places.filter(({ target }) => target.container.id === container.id);
    // `-i any` does not end with the devices, and holds the network namespace.
    undo.push(
      engine.watch(container.id, ({ action }) => {
        if (action === 'die') setTimeout(() => its.forEach((place) => taps.drop(place)), LAST_PACKETS_MS);
      }),
    );
    if (wish.stopOn.length > 0) {
      undo.push(
        watchFor(engine, container, wish.stopOn, (what) => {
          const after = wish.afterMs > 0 ? `; ends in ${wish.afterMs / 1000} s` : '';
          tell(`dbg: ${escapeControls(`${container.name}: ${what}`)}${after}`);
          endIn(wish.afterMs);
        }),
      );
    }
  }
  return {
    begin: () => {
      if (wish.forMs !== undefined) endIn(wish.forMs);
      if (wish.path !== undefined && wish.path !== '-') undo.push(watchDisk(ctx, wish, taps));
    },
    until: () => until,
    stop: () => {
      isOver = true;
      undo.forEach((each) => each());
    },
  };
}

/** A container's end is told before its last packets have come through the ring. */
const LAST_PACKETS_MS = 300;

/** Ends a capture before it fills the disk of the host. */
function watchDisk(ctx: Context, { path = '', minFree }: CaptureWish, taps: Conductor): () => void {
  const folder = dirname(resolve(ctx.cwd(), path));
  const look = async () => {
    const { free, size } = await ctx.host.diskSpace(folder);
    if (free >= (minFree ?? Math.min(LEAST_FREE, size / 20))) return;
    taps.stop(new DbgError(`capture ended: only ${Math.floor(free / 1e6)} MB are free in ${folder}`, { next: ROOM }));
  };
  const timer = setInterval(() => void look().catch(() => undefined), DISK_MS);
  return () => clearInterval(timer);
}

const LEAST_FREE = 100e6;
const DISK_MS = 250;
const ROOM = [{ what: 'with less left', command: 'dbg tcpdump --min-free 10M …' }];
