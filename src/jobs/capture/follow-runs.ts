import type { Conductor } from '../../capture/taps/conductor.ts';
import type { Follow, Wire } from '../../capture/recorders/sort-frames.ts';
import type { PcapngRecorder } from '../../capture/recorders/pcapng-recorder.ts';
import type { Context } from '../../context.ts';
import type { Container } from '../../engine/container.ts';
import type { ContainerEvent } from '../../engine/engine-events.ts';
import { enterable } from '../../enter/target.ts';
import { linksInside } from '../../network/look-inside.ts';
import type { ContainerPoint } from './container-points.ts';

/** A container that is followed from run to run. */
export interface Followed {
  readonly container: Container;
  /**
   * network's name → the tap on the host's device that the container's frames on that network pass
   */
  readonly taps: ReadonlyMap<string, ContainerPoint>;
}

interface Following {
  readonly frames: Follow;
  readonly recorder: PcapngRecorder;
  readonly conductor: Conductor;
  readonly restart: boolean;
  tell(line: string): void;
}

/**
 * How long after the end of a run dbg waits for the last of its frames. The kernel keeps frames for
 * up to a second, and the recorder holds them to put them into time order
 * (src/capture/recorders/pcapng-recorder.ts). A frame that comes later is still given to its run,
 * unless the addresses of the run are unknown: then all frames must have come, and the wait is
 * longer.
 */
const SORTED_MS = { known: 2_000, unknown: 3_000 };

/**
 * Follows containers from run to run. Ends the capture when the last of them has ended; when
 * restarts are awaited, when all of them have been removed. Returns the function that ends the
 * following.
 */
export function followRuns(ctx: Context, all: readonly Followed[], following: Following): () => void {
  let left = all.length;
  const over = () => {
    if (--left === 0) following.conductor.stop();
  };
  const stops = all.map((each) => followOne(ctx, each, following, over));
  return () => stops.forEach((stop) => stop());
}

function followOne(ctx: Context, { container, taps }: Followed, following: Following, over: () => void): () => void {
  const { frames, recorder, restart, tell } = following;
  const { name } = container;
  const timers: NodeJS.Timeout[] = [];
  let runs = 0;
  let from = 0;
  let endRun: ((until: number) => void) | undefined;
  let isOver = false;
  const overAtLast = () => {
    if (!isOver) over();
    isOver = true;
  };

  async function started(): Promise<void> {
    runs++;
    const now = await (await ctx.engine()).inspect(container.id);
    const found = now ? await wiresOf(ctx, now, taps, runs) : [];
    // The container has ended already. Then the addresses are those with which it joined its
    // networks.
    const wires =
      found.length > 0
        ? found
        : (await joined()).map((wire) => ({ ...wireOf(container, wire.network, runs), ...wire }));
    if (wires.length === 0) return;
    recorder.name(new Map(wires.flatMap(({ addresses }) => addresses.map((each) => [each.split('/')[0]!, [name]]))));
    endRun = frames.begin(wires, from);
    tell(`dbg: ${name} has started: ${wires.map((wire) => `${wire.name} is ${wire.mac}`).join(', ')}`);
  }
  function ended(at: number): void {
    endRun?.(at);
    const [isUnknown, began, run] = [endRun === undefined, from, runs];
    endRun = undefined;
    joins.clear();
    from = at;
    tell(`dbg: ${name} has ended`);
    const settle = async () => {
      if (isUnknown) await claim(began, at, run);
      if (!restart) overAtLast();
    };
    timers.push(setTimeout(() => void settle(), isUnknown ? SORTED_MS.unknown : SORTED_MS.known));
  }
  /**
   * network → the MAC address with which the container joined it for this run. The engine tells of
   * the joining some 60 ms before it starts the container, and holds the container's lock until it
   * has started it (moby, containerStart). So an inspect would come too late for a container that
   * ends at once.
   */
  const joins = new Map<string, Promise<string | undefined>>();
  async function joined() {
    const all = await Promise.all([...joins].map(async ([network, mac]) => ({ network, mac: await mac })));
    return all.flatMap(({ network, mac }) => (mac ? [{ network, mac, tap: taps.get(network)!, addresses: [] }] : []));
  }
  /** Handles the removal of the container: nothing with its id can start any more. */
  function removed(): void {
    if (isOver) return;
    tell(`dbg: ${name} has been removed`);
    timers.push(setTimeout(overAtLast, SORTED_MS.known));
  }
  /**
   * Finds the frames of a run that ended before the engine could be asked for its addresses. When
   * exactly one sender on a network is unknown, the frames of that sender are the run's.
   */
  async function claim(began: number, until: number, run: number): Promise<void> {
    const engine = await ctx.engine();
    for (const [network, tap] of taps) {
      const others = new Set([...(await engine.network(network)).macs.values(), own(ctx, tap.device)]);
      const strangers = [...frames.strangers(tap, began)].filter((mac) => !others.has(mac));
      if (strangers.length === 1) {
        const wire = { ...wireOf(container, network, run), tap, mac: strangers[0]!, addresses: [] };
        frames.begin([wire], began)(until);
      } else {
        const who = strangers.length === 0 ? 'no unknown sender was' : `${strangers.length} unknown senders were`;
        tell(
          `dbg: ${name} ended before dbg knew its address: its packets on ${network} are not in the file (${who} there)`,
        );
      }
    }
  }

  // Events are handled one after the other: a start that is still being looked at is done before
  // the end.
  let turn: Promise<void> = Promise.resolve();
  const onEvent = ({ action, time }: ContainerEvent) => {
    const at = time ?? ctx.now();
    if (action === 'start') turn = turn.then(started);
    if (action === 'die') turn = turn.then(() => ended(at));
    if (action === 'destroy') turn = turn.then(removed);
    turn = turn.catch((error: unknown) => tell(`dbg: ${name}: ${String(error)}`));
  };
  const stops: (() => void)[] = [];
  turn = ctx.engine().then(async (engine) => {
    stops.push(engine.watch(container, onEvent));
    for (const network of taps.keys()) {
      const join = (id: string) => {
        if (id !== container.id) return;
        const mac = engine.network(network).then(
          ({ macs }) => macs.get(id),
          () => undefined,
        );
        joins.set(network, mac);
      };
      stops.push(engine.watchJoins(network, join));
    }
    if (container.state.pid === 0) return;
    from = ctx.now();
    await started();
  });
  return () => {
    stops.forEach((stop) => stop());
    timers.forEach((timer) => clearTimeout(timer));
  };
}

/** The MAC address of a device of the host, from sysfs. */
const own = (ctx: Context, device: string) => ctx.host.read(`/sys/class/net/${device}/address`)?.trim();

async function wiresOf(
  ctx: Context,
  container: Container,
  taps: ReadonlyMap<string, ContainerPoint>,
  run: number,
): Promise<Wire[]> {
  const names = await interfaceNames(ctx, container);
  return container.networks.flatMap(({ network, mac, addresses = [] }) => {
    const tap = taps.get(network);
    if (!tap || mac === '') return [];
    return [{ ...wireOf(container, names.get(mac) ?? network, run), tap, mac, addresses }];
  });
}

/**
 * MAC address → the name of the device in the container; empty when the container has ended
 * already.
 */
async function interfaceNames(ctx: Context, container: Container): Promise<ReadonlyMap<string, string>> {
  try {
    const links = await linksInside(ctx.host, enterable(ctx.host, container, ctx.now()));
    return new Map(links.map(({ mac, name }) => [mac, name]));
  } catch {
    return new Map();
  }
}

function wireOf({ name, id, image, imageId, state }: Container, device: string, run: number) {
  const started = state.startedAt === undefined ? '' : `, started ${new Date(state.startedAt).toISOString()}`;
  return {
    name: `${name}${run > 1 ? `#${run}` : ''}/${device}`,
    description: `${name} (${image}), run ${run} since the capture began`,
    comment: [`container ${name}`, `id ${id}`, `image ${image} (${imageId})`, `run ${run}${started}`].join('\n'),
  };
}
