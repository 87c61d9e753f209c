import { basename } from 'node:path';
import type { NetworkEndpoint } from '../engine/container.ts';
import type { Link } from './links.ts';
import type { Pair } from './proof.ts';

/** The bridge of the host by which containers on overlay networks reach the rest of the world, and the engine's network of that name. */
const GATEWAY = 'docker_gwbridge';

/**
 * Says which of the engine's networks each interface is on. Where the device at the other end is decides, then the MAC address:
 * names of devices move when networks are connected, and a container with NET_ADMIN can change its addresses.
 */
export function withNetworks<Each extends Pair & { readonly inside: Link }>(
  interfaces: readonly Each[],
  endpoints: readonly NetworkEndpoint[],
): (Each & { readonly network: string | undefined })[] {
  const byDevice = new Map(interfaces.map((each) => [each, endpoints.find((endpoint) => leadsTo(endpoint, each))]));
  const taken = new Set(byDevice.values());
  const byMac = ({ inside }: Each) =>
    endpoints.find((endpoint) => !taken.has(endpoint) && endpoint.mac !== '' && endpoint.mac === inside.mac);
  return interfaces.map((each) => ({ ...each, network: networkOf(each, byDevice.get(each) ?? byMac(each)) }));
}

/** No endpoint of the container's tells of the gateway network. */
function networkOf({ device, place }: Pair, endpoint: NetworkEndpoint | undefined): string | undefined {
  return endpoint?.network ?? (place.path === undefined && device?.master === GATEWAY ? GATEWAY : undefined);
}

/**
 * Whether a device is in a network: a port of its bridge br-<12 of its id> on the host, or in the namespace of an overlay network,
 * held by a file `1-<10 of its id>`: 12 characters, the number counting up when the network is made anew (libnetwork, overlay driver).
 */
function leadsTo({ networkId }: NetworkEndpoint, { device, place }: Pair): boolean {
  if (networkId === '' || device === undefined) return false;
  if (place.path === undefined) return device.master === `br-${networkId.slice(0, 12)}`;
  const [, id] = /^\d+-(\w{6,})$/.exec(basename(place.path)) ?? [];
  return id !== undefined && networkId.startsWith(id);
}
