import type { Context } from '../../context.ts';
import type { EntryWish } from '../../enter/entry-plan.ts';
import { nsenter, plainEntry } from '../../enter/nsenter.ts';
import type { Target } from '../../enter/target.ts';
import { DbgError, usageError } from '../../errors.ts';
import { requireProgram } from '../../host/run/programs.ts';
import { type ContainerInterface, containerNetwork, NEEDED_PROGRAMS } from '../../network/interfaces.ts';
import { HOST_NETNS, inNetns, type NetnsPath } from '../../network/netns-path.ts';
import { routeDevice } from '../../network/route.ts';
import { endpointsOf } from '../../network/sharing.ts';
import { shellQuote } from '../../text.ts';
import { findTarget } from '../find-target.ts';
import { pointOn, type Role, type ContainerPoint, unique } from './container-points.ts';

/**
 * The capture points that packets of a container pass on their way out:
 * - the container's interface
 * - the host's end of its wire
 * - the bridge
 * - the device by which the packets leave the host, or the namespace that the wires lead to, or the
 *   wire of the container that has the address
 *
 * Without an address: the points of all its interfaces, and of the host's default route.
 */
export async function wayOut(
  ctx: Context,
  target: Target,
  options: EntryWish,
  address?: string,
): Promise<ContainerPoint[]> {
  for (const program of NEEDED_PROGRAMS) requireProgram(ctx.host, program);
  const interfaces = await interfacesOf(ctx, target);
  const inThere = (argv: readonly string[]) => nsenter(target, argv, plainEntry(['net']));
  const by = address === undefined ? undefined : await routeDevice(ctx.host, inThere, address);
  const taken = by === undefined ? interfaces : interfaces.filter(({ inside }) => inside.name === by);
  if (taken.length === 0) throw noWay(target, address);
  const out = taken.flatMap((each) => outside(ctx, each, options, 'container', 'host device'));
  const peer = address === undefined ? [] : await peerWith(ctx, target, address, options);
  // An engine with a network namespace of its own has its bridges in there, and the routes by which
  // packets go on.
  const outer = taken.some(({ place }) => place.path === undefined) ? HOST_NETNS : taken[0]!.place;
  const uplink = await routeDevice(ctx.host, (argv) => inNetns(ctx.host, outer, argv), address);
  const last = uplink === undefined ? [] : [pointIn(ctx, outer, uplink, peer.length > 0 ? 'bridge' : 'uplink')];
  return unique([...out, ...last, ...peer.toReversed()], ({ name }) => name);
}

async function interfacesOf(ctx: Context, target: Target): Promise<readonly ContainerInterface[]> {
  const endpoints = await endpointsOf(await ctx.engine(), target.container);
  const { isHosts, interfaces } = await containerNetwork(ctx.host, target, endpoints);
  if (!isHosts) return interfaces;
  throw usageError(`"${target.container.name}" uses the host's own network: there is no other end`, [
    { what: 'one capture is enough', command: `dbg tcpdump ${shellQuote(target.container.name)} …` },
  ]);
}

/** The capture points at a container's interface and behind it on the host. */
function outside(
  ctx: Context,
  { target, inside, device, place }: ContainerInterface,
  options: EntryWish,
  ...[own, hosts]: readonly [Role, Role]
): ContainerPoint[] {
  const inThere = pointOn(ctx, target, inside.name, options, inside);
  const stations: ContainerPoint[] = [{ ...inThere, label: inThere.name, role: own }];
  if (!device) return stations;
  // The host's end of the wire goes together with the container's.
  stations.push({ ...pointIn(ctx, place, device.name, hosts), mayVanish: true });
  if (device.master !== undefined) stations.push(pointIn(ctx, place, device.master, 'bridge'));
  return stations;
}

/** A capture point at a device of this host, or of another namespace that is no container's. */
function pointIn({ host }: Context, place: NetnsPath, device: string, role: Role): ContainerPoint {
  const name = `${place.path ?? 'host'}/${device}`;
  const inThere = (argv: readonly string[]) => inNetns(host, place, argv);
  return { name, label: name, device, role, inThere, description: role };
}

/**
 * The capture points of the running container that has an address, its own end first; empty when no
 * other container has it.
 */
async function peerWith(ctx: Context, target: Target, address: string, options: EntryWish): Promise<ContainerPoint[]> {
  const all = await (await ctx.engine()).list();
  const owner = all.find(
    ({ id, addresses }) => id !== target.container.id && addresses.some((each) => each.split('/')[0] === address),
  );
  if (!owner) return [];
  const peer = await findTarget(ctx, owner.id);
  const interfaces = await interfacesOf(ctx, peer);
  const its = interfaces.filter(({ inside }) => inside.addresses.some((each) => each.split('/')[0] === address));
  return its.flatMap((each) => outside(ctx, each, options, 'peer', "peer's host device"));
}

function noWay({ container }: Target, address: string | undefined): DbgError {
  if (address === undefined) {
    return new DbgError(`"${container.name}" has no interface with a wire to the host: there is no other end`, {
      next: [{ what: 'see them', command: `dbg veth ${shellQuote(container.name)}` }],
    });
  }
  return new DbgError(
    `"${container.name}" has no route to ${address}, or not by an interface with a wire to the host`,
    {
      next: [{ what: 'its routes', command: `dbg exec ${shellQuote(container.name)} ip route get ${address}` }],
    },
  );
}
