import { cutAgain } from '../../jobs/cut/cut-again.ts';
import { movedEnds } from '../../network/cut/moved.ts';
import { refuseHarm } from '../../jobs/cut/refuse-harm.ts';
import { unmark } from '../../network/cut/moved.ts';
import { unmarkArgv } from '../../network/cut/cut-plan.ts';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:os';
import type { Context } from '../../context.ts';
import { findContainer } from '../../engine/find-container.ts';
import { enterable } from '../../enter/target.ts';
import { usageError } from '../../errors.ts';
import { requireProgram } from '../../host/run/programs.ts';
import { dependentsOf } from '../../network/cut/dependents.ts';
import { makeCuts, undoCuts } from '../../network/cut/make.ts';
import { peerAddresses } from '../../network/cut/peer-addresses.ts';
import type { PeerName } from '../../network/cut/peers.ts';
import { cutCommands, planCuts, undoCommands, type Cut, type CutWish } from '../../network/cut/cut-plan.ts';
import { cuttable, type Cuttable } from '../../network/cut/selection.ts';
import type { PeerMatch, Impairments } from '../../network/cut/ways.ts';
import { type ContainerInterface, type ContainerNetwork } from '../../network/interfaces.ts';
import { ownPoint } from '../../network/netns-path.ts';
import { linkState } from '../../network/links.ts';
import { sharingContainers } from '../../network/sharing.ts';
import { escapeControls, shellQuote } from '../../text.ts';
import { json } from '../../ui/table.ts';
import { chosenTarget } from '../../cli/arguments/chosen-container.ts';
import { dryRunText } from '../../cli/root.ts';
import { networkOf, withContainerNetwork } from '../../cli/container-network.ts';
import { cutText, dependentsText, interfaceRecord, restoredText } from './veth-text.ts';
import { waitForEnd } from '../../jobs/cut/wait-for-end.ts';
import { changeOf, parseWish, type CutOptions, type Wish } from './cut-wish.ts';

/** `dbg veth CTR --down` and the other cuts, and `--up`. Gives the exit code. */
export async function cutOrRestore(ctx: Context, ref: string | undefined, options: CutOptions): Promise<number> {
  const wish = parseWish(options);
  const change = (network: ContainerNetwork) =>
    options.up ? restore(ctx, network, options) : cut(ctx, network, wish, options);
  return withContainerNetwork(ctx, ref, change, { isWhole: true });
}

async function cut(ctx: Context, network: ContainerNetwork, wish: Wish, options: CutOptions): Promise<number> {
  const { container } = network.target;
  if (wish.delay && wish.direction === 'out') {
    throw usageError(
      '--delay --out is not possible: netem delays what a device sends, and the host device sends what the container receives',
      [
        {
          what: 'delay what it receives',
          command: `dbg veth ${shellQuote(container.name)} --delay ${options.delay} --in`,
        },
      ],
    );
  }
  const interfaces = cuttable(network, options, changeOf(options)).filter((each) => !isDownAlready(ctx, each, wish));
  const { peers, milliseconds, ...others } = wish;
  const ways: Impairments = { ...others, drop: await Promise.all(peers.map((peer) => matched(ctx, network, peer))) };
  const id = randomBytes(4).toString('hex');
  const cutWish: CutWish = { ways, milliseconds, by: login(ctx), now: ctx.now(), id };
  const cuts = interfaces.flatMap((each) => planCuts(each, ownPointOf(network, each), cutWish));
  if (cuts.some(({ qdisc }) => qdisc.length > 0)) requireProgram(ctx.host, 'tc');
  if (cuts.some(({ ruleset }) => ruleset !== undefined)) requireProgram(ctx.host, 'nft');
  const sharing = await sharingContainers(ctx.host, await ctx.engine(), network);
  await refuseHarm(ctx, network, interfaces, sharing, options.force === true);
  if (options.dryRun) {
    ctx.stdout.write(
      dryRunText(
        ctx,
        cuts.flatMap((each) => cutCommands(ctx.host, each)),
      ),
    );
    return 0;
  }
  ctx.stderr.write(dependentsText(dependentsOf(container, await (await ctx.engine()).list())));
  await undoOwn(ctx, network, interfaces);
  return make(ctx, network, cuts, { sharing, cutWish, options });
}

const ownPointOf = ({ target, netns }: ContainerNetwork, { inside }: ContainerInterface) =>
  ownPoint(target, netns, inside);

/**
 * Undoes what a former cut did at the container's own end, where the new cut may do nothing.
 * Removes the former marks on host ends that somebody moved into another network namespace.
 */
async function undoOwn(ctx: Context, network: ContainerNetwork, interfaces: readonly ContainerInterface[]) {
  await undoCuts(
    ctx.host,
    interfaces.flatMap((each) => (each.ownMark ? [ownPointOf(network, each)] : [])),
    false,
  );
  await unmark(ctx.host, movedEnds(interfaces));
}

interface Making {
  readonly sharing: readonly string[];
  readonly cutWish: CutWish;
  readonly options: CutOptions;
}

async function make(ctx: Context, network: ContainerNetwork, cuts: readonly Cut[], making: Making): Promise<number> {
  const { cutWish, options } = making;
  const { milliseconds } = cutWish;
  // From here on a signal ends dbg only after its cut is undone.
  const signal = ctx.host.signalled();
  try {
    const made = await makeCuts(ctx.host, cuts);
    const early = await Promise.race([signal.first, Promise.resolve(undefined)]);
    if (early !== undefined) {
      await made.undo();
      return 128 + constants.signals[early];
    }
    const isFirst = ({ interface: { inside } }: Cut, at: number) =>
      cuts.findIndex((other) => other.interface.inside.ifindex === inside.ifindex) === at;
    const records = cuts.filter(isFirst).map((each) => interfaceRecord(afterCut(each)));
    ctx.stdout.write(options.json ? json(records) : cutText(network, cuts, { ...making, milliseconds }));
    if (milliseconds !== undefined && cuts.length > 0) {
      const until = ctx.clock() + milliseconds;
      const again = (now: ContainerNetwork) =>
        cutAgain(ctx, now, options, changeOf(options), {
          ...cutWish,
          milliseconds: until - ctx.clock(),
          now: ctx.now(),
        });
      return await waitForEnd(ctx, network.target, made, { signal: signal.first, until, again });
    }
    await made.keep();
    return 0;
  } finally {
    signal.stop();
  }
}

/** The interface as it will be once the cut is made. */
function afterCut({ interface: before, mark, alias, down }: Cut): Cuttable {
  const each = { ...before, mark: { ...mark, isInForce: true } };
  const flags = each.at.device.flags.filter((flag) => !down || (flag !== 'UP' && flag !== 'LOWER_UP'));
  const cutDevice = { ...each.at.device, alias, flags };
  return each.at.side === 'own' ? { ...each, inside: cutDevice } : { ...each, device: cutDevice };
}

/**
 * Whether the device is down already, and not by dbg. Somebody wanted it so, and dbg must not bring
 * it back up.
 */
function isDownAlready(ctx: Context, { at: { device }, inside, mark }: Cuttable, { down }: Wish): boolean {
  const isTheirs = down && linkState(device) === 'down' && mark?.what !== 'down';
  if (isTheirs) {
    ctx.stderr.write(
      `dbg: ${escapeControls(`${device.name} (${inside.name}) is down already, not by dbg`)}: it stays so\n`,
    );
  }
  return isTheirs;
}

async function matched(ctx: Context, network: ContainerNetwork, peer: PeerName): Promise<PeerMatch> {
  const { address, ...rest } = peer;
  if (address !== undefined) return { ...rest, addresses: [address] };
  const container = await findContainer(await ctx.engine(), peer.name, { isWhole: true });
  const target = enterable(ctx.host, container, ctx.now());
  const own = ctx.host.link(`/proc/${network.target.pid}/ns/net`);
  return { ...rest, addresses: await peerAddresses(ctx.host, target, own) };
}

/** An interface as it is now, after it was brought back. */
function asItIs(before: Cuttable, { interfaces }: ContainerNetwork): Cuttable {
  const now = interfaces.find(({ inside }) => inside.ifindex === before.inside.ifindex);
  const device = before.at.side === 'own' ? now?.inside : now?.device;
  return { ...before, ...now, at: { ...before.at, device: device ?? before.at.device } };
}

/** The login of the person who cuts, as sudo(8) or login(1) gives it. */
const login = ({ env }: Context) => env['SUDO_USER'] ?? env['USER'] ?? env['LOGNAME'] ?? 'root';

async function restore(ctx: Context, network: ContainerNetwork, options: CutOptions): Promise<number> {
  const interfaces = cuttable(network, options, changeOf(options));
  if (options.dryRun) {
    ctx.stdout.write(
      dryRunText(
        ctx,
        interfaces.flatMap((each) => [
          ...(each.ownMark ? undoCommands(ctx.host, ownPointOf(network, each), false) : []),
          ...undoCommands(ctx.host, each.at, true),
          ...movedEnds([each]).map((end) => unmarkArgv(ctx.host, end)),
        ]),
      ),
    );
    return 0;
  }
  await undoOwn(ctx, network, interfaces);
  await undoCuts(
    ctx.host,
    interfaces.map(({ at }) => at),
    true,
  );
  const { target } = network;
  const sharing = await sharingContainers(ctx.host, await ctx.engine(), network);
  const now = await networkOf(ctx, await chosenTarget(ctx, target.container.id));
  const restored = interfaces.map((each) => asItIs(each, now));
  ctx.stdout.write(options.json ? json(restored.map(interfaceRecord)) : restoredText(network, restored, sharing));
  return 0;
}
