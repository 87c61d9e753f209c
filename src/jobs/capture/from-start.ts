import type { PcapngRecorder, PcapngWish } from '../../capture/recorders/pcapng-recorder.ts';
import { type Follow, follow } from '../../capture/recorders/sort-frames.ts';
import { requireLogs } from '../../capture/stop-on.ts';
import type { Context } from '../../context.ts';
import { findContainer } from '../../engine/find-container.ts';
import { tellPaused } from '../../enter/paused.ts';
import { DbgError } from '../../errors.ts';
import { inHostNetwork } from '../../host/host-namespace.ts';
import { shellQuote } from '../../text.ts';
import type { CaptureWish } from './capture-wish.ts';
import { type ContainerPoint, unique } from './container-points.ts';
import { type Followed, followRuns } from './follow-runs.ts';
import { type CaptureNews, runCapture } from './run-capture.ts';

export interface FromStartWish {
  /** whether the capture goes on when a container is restarted */
  readonly restart: boolean;
  /** opens the file; `sort` gives its frames to containers */
  readonly open: (sort: NonNullable<PcapngWish['sort']>) => Promise<PcapngRecorder>;
  /** makes what tells the person, with a text that says which containers are awaited, and where */
  readonly newsOf: (waits: string) => CaptureNews;
  /** whether the events of the containers are left untold */
  readonly isQuiet: boolean;
}

/**
 * Captures containers from their start. The engine tells of a start 60 ms too late for the first
 * packets (docs/tcpdump.md). So the frames are captured before the start, on the devices of the
 * host that carry the container's networks. They are sorted when the container's MAC addresses are
 * known. Resolves with the exit code.
 */
export async function captureFromStart(ctx: Context, wish: CaptureWish, how: FromStartWish): Promise<number> {
  const { restart, isQuiet } = how;
  const followed = await Promise.all(wish.refs.map((ref) => waitedFor(ctx, ref, how)));
  for (const { container } of followed) await requireLogs(await ctx.engine(), container, wish.stopOn);
  const taps = unique(
    followed.flatMap((each) => [...each.taps.values()]),
    ({ name }) => name,
  );
  const byName = new Map(taps.map((tap) => [tap.name, tap]));
  const containers = followed.map((each) => ({
    ...each,
    taps: new Map([...each.taps].map(([network, { name }]) => [network, byName.get(name)!])),
  }));

  let recorder: PcapngRecorder | undefined;
  const frames: Follow = follow(() => recorder!);
  recorder = await how.open(frames.sort);
  const names = followed.map(({ container }) => container.name).join(', ');
  const news = how.newsOf(`${names} on ${taps.map(({ name }) => name).join(', ')}`);
  const course = {
    isOne: false,
    persists: true,
    awaited: followed.map(({ container }) => container),
    beside: (conductor: Parameters<typeof followRuns>[2]['conductor']) =>
      followRuns(ctx, containers, {
        frames,
        recorder,
        conductor,
        tell: (line) => void (isQuiet || news.tell(line)),
        restart,
      }),
  };
  return runCapture(ctx, wish, taps, recorder, course, news);
}

/**
 * A container that is awaited, with a tap for each of its networks, on the host's device that the
 * frames pass.
 */
async function waitedFor(ctx: Context, ref: string, { restart, isQuiet }: FromStartWish): Promise<Followed> {
  const engine = await ctx.engine();
  const container = await findContainer(engine, ref);
  const { name, networkMode, networks, state } = container;
  const isRunning = state.status === 'running' || state.status === 'paused';
  if (isRunning && !restart) {
    throw new DbgError(`"${name}" runs already: its first packets are gone`, {
      next: [
        { what: 'from its next start', command: `docker stop ${shellQuote(name)}` },
        { what: 'from now on, and from each start', command: `dbg tcpdump --restart ${shellQuote(name)} …` },
      ],
    });
  }
  if (!isQuiet) tellPaused(ctx, { container, pid: state.pid });
  const known = networks.map(({ network }) => network);
  const taps = new Map<string, ContainerPoint>();
  for (const network of known.length > 0 ? known : [networkMode === 'default' ? 'bridge' : networkMode]) {
    const device = /^(host|none|container:.*)$/.test(network) ? undefined : (await engine.network(network)).device;
    if (device === undefined) throw noDevice(name, network);
    const inThere = (argv: readonly string[]) => inHostNetwork(ctx.host, argv);
    taps.set(network, { name: `host/${device}`, label: device, device, inThere });
  }
  return { container, taps };
}

function noDevice(name: string, network: string): DbgError {
  return new DbgError(`no device of this host carries the network "${network}" of "${name}" before it runs`, {
    next: [{ what: 'once it runs', command: `dbg tcpdump ${shellQuote(name)} -w FILE` }],
  });
}
