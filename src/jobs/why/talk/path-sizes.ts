import type { Context } from '../../../context.ts';
import { DbgError } from '../../../errors.ts';
import { inHostNetwork } from '../../../host/host-namespace.ts';
import { parseLinks } from '../../../network/links.ts';
import { parseSizes, sizesArgv } from '../../../network/reach/packet-sizes.ts';
import type { Attempt, Wire, WireEnd } from '../../../why/connection/connection-facts.ts';
import type { PacketWay } from '../../../why/connection/beside-facts.ts';
import type { PathSizes } from '../../../why/connection/talk/talk-facts.ts';
import type { Into } from '../connection-traffic.ts';

/**
 * Finds how large packets to the peer may be.
 * @param hostWay the way that the host takes, where packets leave it
 */
export async function pathSizes(
  { host }: Context,
  into: Into,
  { address, port }: Pick<Attempt, 'address' | 'port'>,
  wire: Wire,
  hostWay: PacketWay | undefined,
): Promise<Omit<PathSizes, 'needsSmall'>> {
  const [printed, links] = await Promise.all([
    host.output(into(sizesArgv(address, port))),
    host.output(inHostNetwork(host, ['ip', '-d', '-j', 'link'])).then(parseLinks),
  ]);
  const { full, answered, announced } = parseSizes(printed);
  if (full === undefined) throw new DbgError(`${address}:${port} took no connection for a look at its packets`);
  const uplink = hostWay && 'device' in hostWay ? links.find(({ name }) => name === hostWay.device) : undefined;
  const places = [
    ...endPlaces(wire.own),
    ...(wire.bridge ? [{ device: wire.bridge.name, whose: 'the bridge of the network', mtu: wire.bridge.mtu }] : []),
    ...(uplink ? [{ device: uplink.name, whose: 'by which this host sends on', mtu: uplink.mtu }] : []),
    ...endPlaces(wire.peer).toReversed(),
  ];
  return { full, passes: answered, announced, places };
}

/** The devices of an end of the wire, from the container on. */
const endPlaces = (end: WireEnd | undefined): PathSizes['places'] =>
  end === undefined
    ? []
    : [
        { device: end.inside.name, whose: `of "${end.container}"`, mtu: end.inside.mtu },
        ...(end.device
          ? [
              {
                device: end.device.name,
                whose: `the host's end of ${end.inside.name} of "${end.container}"`,
                mtu: end.device.mtu,
              },
            ]
          : []),
      ];
