import type { Context } from '../../../context.ts';
import type { Container } from '../../../engine/container.ts';
import type { Target } from '../../../enter/target.ts';
import { inHostNetwork } from '../../../host/host-namespace.ts';
import { tablesIn, type Tables } from '../../../network/cut/in-force.ts';
import { containerNetwork, type ContainerInterface } from '../../../network/interfaces.ts';
import { type Link, parseLinks } from '../../../network/links.ts';
import { again } from '../../../network/look-inside.ts';
import { mapOf } from '../../../network/map/map.ts';
import { surveyHost } from '../../../network/map/survey-host.ts';
import { HOST_NETNS } from '../../../network/netns-path.ts';
import { deviceRules } from '../../../network/rules/device-rules.ts';
import { type DeviceCounts, type DirectionCounts, parseDeviceCounts } from '../../../proc/device-counts.ts';
import { parseRoutes } from '../../../proc/net.ts';
import type { Timing } from '../../../process/limits/cpu-sample.ts';
import type { CountedEnd, SeenNetwork, SeenWire } from '../../../why/container/network/network-facts.ts';
import { withNetworks } from '../connection-parties.ts';
import { once } from '../../once.ts';

/** What this host has on the ends of wires, and the interfaces of its containers. */
export interface HostWires {
  readonly links: readonly Link[];
  readonly tables: Tables;
  /** what `tc qdisc show` prints */
  readonly qdiscs: string;
  interfacesOf(target: Target, container: Container): Promise<readonly ContainerInterface[]>;
}

/**
 * Learns what is on this host's devices when it is first asked for, and each container by a look
 * into it.
 */
export const wiresOfOne = ({ host }: Context): (() => Promise<HostWires>) =>
  once(async () => ({
    ...(await hostParts(host)),
    interfacesOf: async (target, { networks }) => (await containerNetwork(host, target, networks)).interfaces,
  }));

/**
 * The same for many containers: two programs are started for all of them together. It shows no cut
 * at a container's own end, which only a macvlan has.
 */
export const wiresOfMany = ({ host, engine, now }: Context): (() => Promise<HostWires>) =>
  once(async () => {
    const [parts, survey] = await Promise.all([hostParts(host), surveyHost(host, await engine(), now)]);
    const { interfaces } = mapOf(survey);
    return {
      ...parts,
      interfacesOf: async ({ container: { id, name } }) =>
        interfaces.filter(({ target, sharedBy }) => target.container.id === id || sharedBy.includes(name)),
    };
  });

async function hostParts(host: Context['host']): Promise<Omit<HostWires, 'interfacesOf'>> {
  const onHost = (argv: readonly string[]) => host.output(inHostNetwork(host, argv));
  const [links, tables, qdiscs] = await Promise.all([
    again(() => onHost(['ip', '-d', '-j', 'link'])),
    tablesIn(host, HOST_NETNS),
    host.find('tc').kind === 'found' ? onHost(['tc', 'qdisc', 'show']).catch(() => '') : '',
  ]);
  return { links: parseLinks(links), tables, qdiscs };
}

/** How long the counters of the devices are watched. */
const SAMPLE_MS = 200;

/** A container's interfaces on the engine's networks, with all that its packets pass. */
export async function networkOf(
  ctx: Context,
  container: Container,
  target: Target,
  wires: () => Promise<HostWires>,
  timing: Timing,
): Promise<SeenNetwork> {
  const { host } = ctx;
  const counts = () => ({ inside: countsOf(host, target.pid), device: countsOf(host, 1) });
  const before = counts();
  const [seen, its] = await Promise.all([
    wires(),
    ctx.engine().then((engine) => withNetworks(engine, container)),
    timing.wait(SAMPLE_MS),
  ]);
  const interfaces = await seen.interfacesOf(target, its);
  const after = counts();
  const shown = interfaces.flatMap((each): SeenWire[] => {
    const { network, inside, device, place, mark, ownMark } = each;
    if (network === undefined) return [];
    const isHere = device !== undefined && place.path === undefined;
    return [
      {
        network,
        inside,
        device,
        place,
        bridge: isHere ? seen.links.find(({ name }) => name === device.master) : undefined,
        marks: [mark, ownMark].filter((one) => one !== undefined),
        foreign: isHere ? deviceRules(device, seen.tables, seen.qdiscs) : [],
        counted: {
          inside: countedEnd(before.inside.get(inside.name), after.inside.get(inside.name)),
          device: isHere ? countedEnd(before.device.get(device.name), after.device.get(device.name)) : undefined,
        },
      },
    ];
  });
  const isDefault = ({ prefixLength, isConnected }: { prefixLength: number; isConnected: boolean }) =>
    prefixLength === 0 && !isConnected;
  const out = parseRoutes(host.read('/proc/1/net/route', TABLE_LIMIT) ?? '').find(isDefault);
  return { wires: shown, uplink: seen.links.find(({ name }) => name === out?.name) };
}

/**
 * How much of a table in /proc/PID/net is read: a container may be allowed to make many devices.
 */
const TABLE_LIMIT = 4 << 20;

const countsOf = (host: Context['host'], pid: number) =>
  parseDeviceCounts(host.read(`/proc/${pid}/net/dev`, TABLE_LIMIT) ?? '');

function countedEnd(before: DeviceCounts | undefined, now: DeviceCounts | undefined): CountedEnd | undefined {
  if (before === undefined || now === undefined) return undefined;
  return {
    now,
    grew: { received: grown(before.received, now.received), sent: grown(before.sent, now.sent) },
  };
}

const grown = (before: DirectionCounts, now: DirectionCounts): DirectionCounts => ({
  packets: now.packets - before.packets,
  errors: now.errors - before.errors,
  dropped: now.dropped - before.dropped,
});
