import { has } from '../../capture/getopt.ts';
import { follow, type Follow } from '../../capture/follow.ts';
import type { PcapngRecorder } from '../../capture/pcapng-recorder.ts';
import { requireLogs } from '../../capture/stop-on.ts';
import type { Context } from '../../context.ts';
import { findContainer } from '../../engine/find.ts';
import { DbgError, EXIT } from '../../errors.ts';
import { inHostNetwork } from '../../host/namespaces.ts';
import { requireProgram } from '../../host/programs.ts';
import { shellQuote } from '../../text.ts';
import { requireContainer } from '../container.ts';
import { throughSudo } from '../root.ts';
import { refuseTerminal, run } from './capture.ts';
import { followRuns, type Followed } from './follow-runs.ts';
import type { TcpdumpOptions } from './options.ts';
import type { Station } from './places.ts';
import { pcapngOf } from './recorders.ts';
import { unique } from './targets.ts';
import { type CaptureWish, selects } from './wish.ts';

/**
 * `dbg tcpdump --from-start` and `--restart`. The engine tells of a start 60 ms too late for the first packets (docs/tcpdump.md), so they are
 * captured on the devices of the host that carry the container's networks, from before, and sorted when its MAC addresses are known.
 */
export async function captureFromStart(ctx: Context, wish: CaptureWish, options: TcpdumpOptions): Promise<number> {
  refuse(ctx, wish, options);
  for (const program of ['nsenter', 'tcpdump']) requireProgram(ctx.host, program);
  const exitCode = await throughSudo(ctx);
  if (exitCode !== undefined) return exitCode;

  const followed = await Promise.all(wish.refs.map((ref) => waitedFor(ctx, ref, options)));
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
  recorder = await pcapngOf(ctx, wish, wish.path!, frames.sort);
  const names = followed.map(({ container }) => container.name).join(', ');
  return run(ctx, wish, options.quiet === true, taps, recorder, {
    isOne: false,
    persists: true,
    awaited: followed.map(({ container }) => container),
    begun: `waiting for ${names} on ${taps.map(({ name }) => name).join(', ')}`,
    beside: (conductor, tell) =>
      followRuns(ctx, containers, { frames, recorder, conductor, tell, restart: options.restart === true }),
  });
}

function refuse(ctx: Context, { refs, items, path }: CaptureWish, options: TcpdumpOptions): void {
  for (const ref of refs.length > 0 ? refs : [undefined]) requireContainer(ctx, ref ?? '');
  refuseTerminal(ctx, path);
  const usage = (message: string) => new DbgError(message, { exitCode: EXIT.usage });
  if (selects(options)) throw usage('--from-start and --restart take containers by name: they need not run yet');
  if (options.bothEnds || options.where !== undefined)
    throw usage('--from-start does not go with --both-ends or --where');
  if (options.dryRun) throw usage('--from-start has no --dry-run: what is run depends on what happens');
  if (has(items, 'i')) throw usage('with --from-start, dbg chooses the devices: the container has none yet');
}

/** A container that is waited for, with where its networks' frames pass on the host. */
async function waitedFor(ctx: Context, ref: string, { restart }: TcpdumpOptions): Promise<Followed> {
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
  const known = networks.map(({ network }) => network);
  const taps = new Map<string, Station>();
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
