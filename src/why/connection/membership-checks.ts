import { shellQuote } from '../../text.ts';
import { checkOf } from '../check.ts';
import { type ConnectionFacts, isAlone, isGuest, isTranslated, sharedNetworks } from './connection-facts.ts';

const check = checkOf<ConnectionFacts>();
const MEMBERSHIP = 'membership';
const networksOf = (name: string) => `docker inspect -f '{{json .NetworkSettings.Networks}}' ${shellQuote(name)}`;
const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ') || 'none';

/** Whether the container is on a network that leads to the peer, in causal order. */
export const MEMBERSHIP_CHECKS = [
  check({
    id: 'membership.none',
    layer: MEMBERSHIP,
    about: 'It was started without a network.',
    needs: ['from', 'wish', 'tried'],
    find: ({ from, wish: { host }, tried }) => {
      if (!isAlone(from) || tried?.outcome === 'connected' || /^(localhost|127\..*|::1)$/.test(host)) return [];
      return [
        {
          severity: 'broken',
          sentence: `"${from.name}" has no network at all (--network none), so nothing leads to ${host}`,
          evidence: [
            { seen: 'none', command: `docker inspect -f '{{.HostConfig.NetworkMode}}' ${shellQuote(from.name)}` },
          ],
          next: [{ what: 'create it again on a network', command: 'docker run --network NETWORK …' }],
        },
      ];
    },
  }),
  check({
    id: 'membership.no-common',
    layer: MEMBERSHIP,
    about: 'The two containers are on no common network.',
    needs: ['from', 'peer', 'tried'],
    find: ({ from, peer, tried }) => {
      if (peer.kind !== 'container' || peer.isItself || tried?.outcome === 'connected') return [];
      if (isTranslated(from, peer)) return [];
      const { container } = peer;
      if (isGuest(from) || isGuest(container) || from.networkMode === 'none' || container.state.pid === 0) return [];
      if (sharedNetworks(from, container).length > 0) return [];
      const [own, its] = [from, container].map(({ networks }) => networks.map(({ network }) => network));
      return [
        {
          severity: 'broken',
          sentence: `"${from.name}" is on ${quoted(own!)} and "${container.name}" on ${quoted(its!)}: they have no network in common`,
          evidence: [
            { seen: own!.join(' '), command: networksOf(from.name) },
            { seen: its!.join(' '), command: networksOf(container.name) },
          ],
          next: [
            {
              what: 'put the first on the network of the second',
              command: `docker network connect ${shellQuote(its![0] ?? 'NETWORK')} ${shellQuote(from.name)}`,
            },
          ],
        },
      ];
    },
  }),
  check({
    id: 'membership.no-address',
    layer: MEMBERSHIP,
    about:
      "The container of that name is on the host's network or on none, so it has no name and no address of its own.",
    needs: ['wish', 'from', 'named', 'etc', 'tried'],
    find: ({ wish: { host }, from, named, etc, tried }) => {
      const its = named.find(({ container }) => container.state.pid > 0)?.container;
      if (its === undefined || its.id === from.id || etc.hosts.length > 0 || tried?.outcome === 'connected') return [];
      if (its.networkMode !== 'host' && !isAlone(its)) return [];
      const isHosts = its.networkMode === 'host';
      return [
        {
          severity: 'broken',
          sentence: isHosts
            ? `"${its.name}" is on this host's own network, so ${host} is no name there and has no address: it is reached at this host's addresses`
            : `"${its.name}" has no network at all (--network none), so nobody reaches it`,
          evidence: [
            {
              seen: its.networkMode,
              command: `docker inspect -f '{{.HostConfig.NetworkMode}}' ${shellQuote(its.name)}`,
            },
          ],
          next: [
            isHosts
              ? {
                  what: 'give the other one a name for this host, and use it',
                  command: 'docker run --add-host host.docker.internal:host-gateway …',
                }
              : { what: 'create it again on a network', command: 'docker run --network NETWORK …' },
          ],
        },
      ];
    },
  }),
  check({
    id: 'membership.internal',
    layer: MEMBERSHIP,
    about: 'It is on internal networks only, which lead nowhere outside.',
    needs: ['from', 'peer', 'way', 'networks', 'wish', 'tried'],
    find: ({ from, peer, way, networks, wish: { host }, tried }) => {
      if (peer.kind === 'container' || isGuest(from) || networks.length === 0 || tried?.outcome === 'connected')
        return [];
      if (!networks.every(({ isInternal }) => isInternal)) return [];
      // The host's address on its bridge is on the network itself.
      if (peer.kind === 'host' && 'device' in way && way.gateway === undefined) return [];
      const names = networks.map(({ name }) => name);
      return [
        {
          severity: 'broken',
          sentence: `"${from.name}" is on internal networks only (${quoted(names)}), so it cannot reach ${host} outside`,
          evidence: [
            { seen: 'true', command: `docker network inspect -f '{{.Internal}}' ${names.map(shellQuote).join(' ')}` },
          ],
          next: [
            { what: 'put it on one that leads out', command: `docker network connect bridge ${shellQuote(from.name)}` },
          ],
        },
      ];
    },
  }),
  check({
    id: 'membership.icc',
    layer: MEMBERSHIP,
    about: 'The network that both are on does not let its containers reach each other (enable_icc=false).',
    needs: ['from', 'peer', 'networks', 'tried'],
    find: ({ from, peer, networks, tried }) => {
      if (peer.kind !== 'container' || peer.isItself || tried?.outcome === 'connected') return [];
      if (isTranslated(from, peer)) return [];
      const shared = sharedNetworks(from, peer.container);
      const its = networks.filter(({ name }) => shared.includes(name));
      if (its.length === 0 || its.some(({ hasTraffic }) => hasTraffic)) return [];
      const { name } = its[0]!;
      return [
        {
          severity: 'broken',
          sentence: `network "${name}" does not let its containers reach each other: it was created with enable_icc=false`,
          evidence: [
            { seen: 'enable_icc: false', command: `docker network inspect -f '{{json .Options}}' ${shellQuote(name)}` },
          ],
          next: [
            { what: 'put both on another network', command: `docker network connect NETWORK ${shellQuote(from.name)}` },
          ],
        },
      ];
    },
  }),
] as const;
