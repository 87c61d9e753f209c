import type { Container } from '../../engine/container.ts';
import type { ContainerNetwork } from '../../network/interfaces.ts';
import { linkState, type Link } from '../../network/links.ts';
import { isLoopback, type Listening } from '../../network/reach/listening.ts';
import type { RouteLine } from '../../network/reach/route-lines.ts';
import type { Item } from '../container-evidence.ts';
import { bounded, plain } from './item.ts';

/** The networks that the engine has put a container on. */
export function networkItems({ id, name, networks }: Container): Item[] {
  return networks.flatMap(({ network, networkId, mac, addresses = [], aliases = [] }) => {
    // Engines before 26 list the short id among the aliases.
    const given = aliases.filter((alias) => alias !== name && !id.startsWith(alias)).toSorted();
    return [
      plain(network, 'joined'),
      ...(given.length > 0 ? [plain(`${network} aliases`, given.join(' '))] : []),
      plain(`${network} id`, networkId, 'id'),
      plain(`${network} addresses`, addresses.join(' ') || 'none', 'address'),
      plain(`${network} MAC address`, mac || 'none', 'address'),
    ];
  });
}

/** The devices of a container's network namespace. */
export function interfaceItems({ isHosts, interfaces }: ContainerNetwork, links: readonly Link[]): Item[] {
  // The host's devices are not the container's, and come and go with other containers.
  if (isHosts) return [plain('all devices', "the host's")];
  const known = new Map(interfaces.map((each) => [each.inside.ifindex, each]));
  return bounded(
    links.flatMap((link) => {
      const its = known.get(link.ifindex);
      const cuts = [its?.mark, its?.ownMark].filter((mark) => mark !== undefined);
      return [
        plain(link.name, link.kind ?? (link.flags.includes('LOOPBACK') ? 'loopback' : 'device')),
        plain(`${link.name} state`, linkState(link)),
        plain(`${link.name} MTU`, link.mtu),
        plain(`${link.name} queueing discipline`, link.qdisc),
        ...(its?.network === undefined ? [] : [plain(`${link.name} network`, its.network)]),
        ...(cuts.length > 0 ? [plain(`${link.name} cut by dbg`, 'yes')] : []),
        ...(link.flags.includes('LOOPBACK')
          ? []
          : [
              plain(`${link.name} addresses`, link.addresses.join(' ') || 'none', 'address'),
              plain(`${link.name} MAC address`, link.mac, 'address'),
            ]),
        ...(its?.device ? [plain(`${link.name} host device`, its.device.name, 'id')] : []),
      ];
    }),
  );
}

/** The routes and rules by which a container sends its packets. */
export const routeItems = (routes: readonly RouteLine[]): Item[] =>
  bounded(numbered(routes.map(({ to, way }) => plain(to, way))));

/** Docker's own DNS, which listens in each container on a user-defined network, at random ports. */
const DOCKER_DNS = '127.0.0.11';
/**
 * From here on the kernel chooses ports itself, unless net.ipv4.ip_local_port_range says otherwise.
 */
const FIRST_CHOSEN_PORT = 32_768;

/** The sockets that wait for connections or datagrams. */
export function listeningItems(sockets: readonly Listening[]): Item[] {
  const items = sockets.map(({ protocol, address, port, most }): Item => {
    const at = address.includes(':') ? `[${address}]` : address;
    if (address === DOCKER_DNS) return plain(`${protocol} ${at} (Docker's DNS)`, `port ${port}`, 'id');
    // A client of UDP has such a port until it closes its socket.
    if (protocol === 'udp' && port >= FIRST_CHOSEN_PORT)
      return plain(`udp ${at}, a port that the kernel chose`, port, 'id');
    const reach = isLoopback(address) ? 'reached from the container alone' : 'reached from outside';
    return plain(`${protocol} ${at}:${port}`, protocol === 'tcp' ? `${reach}, queue of ${most}` : reach);
  });
  return bounded(numbered(items.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))));
}

/** Makes names unique, so that two items of one name are not taken for one. */
function numbered(items: readonly Item[]): Item[] {
  const seen = new Map<string, number>();
  return items.map((each) => {
    const count = (seen.get(each.name) ?? 0) + 1;
    seen.set(each.name, count);
    return count === 1 ? each : { ...each, name: `${each.name} (${count})` };
  });
}
