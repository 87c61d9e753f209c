import { basename } from 'node:path';
import type { NetworkEndpoint } from '../engine/container.ts';
import type { Link } from './links.ts';
import type { Pair } from './proof.ts';

/**
 * The bridge of the host by which containers on overlay networks reach the outside. The engine's
 * network for it has the same name.
 */
const GATEWAY = 'docker_gwbridge';

/**
 * Adds to each interface the name of the engine's network that it is on; undefined for none. The
 * bridge or namespace of the device at the other end decides, and after that the MAC address. The
 * names of devices change when networks are connected, and a container with NET_ADMIN can change
 * its addresses.
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

/** The engine lists no endpoint of a container for the gateway network: its bridge tells it. */
function networkOf({ device, place }: Pair, endpoint: NetworkEndpoint | undefined): string | undefined {
  return endpoint?.network ?? (place.path === undefined && device?.master === GATEWAY ? GATEWAY : undefined);
}

/**
 * Whether the device at the other end belongs to a network. On the host, the device is a port of
 * the bridge "br-" + the first 12 characters of the network's id. For an overlay network, the
 * device is in the namespace that a file "1-" + the first 10 characters of the id holds. That name
 * has 12 characters in all, and its number counts up when the network is made anew (libnetwork,
 * overlay driver).
 */
function leadsTo({ networkId }: NetworkEndpoint, { device, place }: Pair): boolean {
  if (networkId === '' || device === undefined) return false;
  if (place.path === undefined) return device.master === `br-${networkId.slice(0, 12)}`;
  const [, id] = /^\d+-(\w{6,})$/.exec(basename(place.path)) ?? [];
  return id !== undefined && networkId.startsWith(id);
}
