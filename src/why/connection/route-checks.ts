import { shellQuote } from '../../text.ts';
import { checkOf } from '../check.ts';
import { called, type ConnectionFacts, isTranslated, within } from './connection-facts.ts';

const check = checkOf<ConnectionFacts>();
const ROUTE = 'route';

/**
 * Whether the container's kernel has a route, and the host forwards what it sends, in causal order.
 */
export const ROUTE_CHECKS = [
  check({
    id: 'route.none',
    layer: ROUTE,
    about: 'Its network namespace has no route to the address, no default one either.',
    needs: ['from', 'way', 'address'],
    find: ({ from, way, address }) =>
      'device' in way
        ? []
        : [
            {
              severity: 'broken',
              sentence: `${called(from)} has no route to ${address}: ${way.refused}`,
              evidence: [{ seen: way.refused, command: within(from, `ip route get ${address}`) }],
              next: [{ what: 'see the routes it has', command: within(from, 'ip route') }],
            },
          ],
  }),
  check({
    id: 'route.wrong-device',
    layer: ROUTE,
    about: 'The container is on the network of the address, but its route leads through the device of another network.',
    needs: ['from', 'way', 'wire', 'address', 'tried'],
    find: ({ from: { name }, way, wire: { own, peer }, address, tried }) => {
      if (!('device' in way) || !own || !peer || peer.network === undefined || tried?.outcome === 'connected')
        return [];
      if (own.network === peer.network || own.inside.name !== way.device) return [];
      return [
        {
          severity: 'broken',
          sentence: `"${name}" sends packets for ${address} through ${way.device} on network "${own.network ?? 'none'}", though both are on network "${peer.network}"`,
          evidence: [{ seen: `dev ${way.device}`, command: `dbg exec ${shellQuote(name)} ip route get ${address}` }],
          next: [{ what: 'see which route is in the way', command: `dbg exec ${shellQuote(name)} ip route` }],
        },
      ];
    },
  }),
  check({
    id: 'route.other-gateway',
    layer: ROUTE,
    about: 'Its way outside leads to another party on its network, and not to this host.',
    needs: ['from', 'way', 'wire', 'peer', 'networks', 'tried'],
    find: ({ from, way, wire: { bridge, own }, peer, networks, tried }) => {
      const mac = tried?.neighbourMac;
      if (peer.kind !== 'outside' || !('device' in way) || way.gateway === undefined || !bridge || !mac) return [];
      if (tried.outcome === 'connected' || mac === bridge.mac || bridge.mac === '') return [];
      const its = networks.find(({ name }) => name === own?.network);
      const isContainer = [...(its?.macs.values() ?? [])].includes(mac);
      return [
        {
          severity: 'broken',
          sentence: `"${from.name}" sends what is for outside to ${way.gateway}, which is ${isContainer ? 'another container' : 'somebody else'} on network "${own?.network ?? ''}" (${mac}), and not this host`,
          evidence: [
            { seen: `via ${way.gateway}`, command: within(from, 'ip route show default') },
            { seen: `${way.gateway} is ${mac}`, command: within(from, `ip neigh show ${way.gateway}`) },
            { seen: `${bridge.name} is ${bridge.mac}`, command: `ip link show dev ${shellQuote(bridge.name)}` },
          ],
          next: [
            {
              what: 'see which container that is, and which gateway the network has',
              command: `docker network inspect ${shellQuote(own?.network ?? '')}`,
            },
          ],
        },
      ];
    },
  }),
  check({
    id: 'route.no-way-back',
    layer: ROUTE,
    about: 'The peer has no route back to the address that it is asked from, so no answer comes.',
    needs: ['from', 'peer', 'way', 'peerWay', 'tried'],
    find: ({ from, peer, way, peerWay, tried }) => {
      if (peer.kind !== 'container' || peerWay === undefined || 'device' in peerWay) return [];
      // A translation on the way may give the peer another address to answer to.
      if (tried?.outcome === 'connected' || isTranslated(from, peer) || !('device' in way)) return [];
      const { container } = peer;
      const source = way.source ?? '';
      return [
        {
          severity: 'broken',
          sentence: `"${container.name}" has no route back to ${source} of ${called(from)}: ${peerWay.refused}`,
          evidence: [{ seen: peerWay.refused, command: within(container, `ip route get ${source}`) }],
          next: [{ what: 'see the routes it has', command: within(container, 'ip route') }],
        },
      ];
    },
  }),
  check({
    id: 'route.forwarding-off',
    layer: ROUTE,
    about: 'The host forwards no packets (net.ipv4.ip_forward=0), so nothing leaves its bridges.',
    needs: ['from', 'way', 'isForwarding', 'peer', 'address', 'tried'],
    find: ({ from, way, isForwarding, peer, address, tried }) => {
      const needsIt =
        peer.kind === 'outside' && 'device' in way && way.gateway !== undefined && from.networkMode !== 'host';
      if (isForwarding || !needsIt || address.includes(':') || tried?.outcome === 'connected') return [];
      return [
        {
          severity: 'broken',
          sentence: `this host forwards no packets (net.ipv4.ip_forward is 0), so no packet of "${from.name}" gets to ${address}`,
          evidence: [{ seen: 'net.ipv4.ip_forward = 0', command: 'sysctl net.ipv4.ip_forward' }],
          next: [{ what: 'turn it on', command: 'sysctl -w net.ipv4.ip_forward=1' }],
        },
      ];
    },
  }),
  check({
    id: 'route.host-none',
    layer: ROUTE,
    about: 'This host itself has no route to the address.',
    needs: ['hostWay', 'address', 'tried'],
    find: ({ hostWay, address, tried }) =>
      hostWay === undefined || 'device' in hostWay || tried?.outcome === 'connected'
        ? []
        : [
            {
              severity: 'broken',
              sentence: `this host itself has no route to ${address}: ${hostWay.refused}`,
              evidence: [{ seen: hostWay.refused, command: `ip route get ${address}` }],
              next: [{ what: 'see the routes it has', command: 'ip route' }],
            },
          ],
  }),
] as const;
