import { expect, test } from 'vitest';
import { parseInspection } from '../../../../src/engine/inspection.ts';
import type { ListeningSocket } from '../../../../src/proc/net.ts';
import { NETWORK_CHECKS } from '../../../../src/why/container/network/network-checks.ts';
import { ID } from '../../fakes.ts';
import { found } from './given.ts';

const at = (port: number, isLoopback = false, protocol: 'tcp' | 'udp' = 'tcp'): ListeningSocket => ({
  protocol,
  port,
  address: isLoopback ? '127.0.0.1' : '0.0.0.0',
  isLoopback,
});
const IDS = 'network.published-unheard suspect: "web" publishes port';

test.each<[string, string[], ListeningSocket[], string[]]>([
  ['nothing is published', [], [], []],
  ['it listens', ['80/tcp'], [at(80)], []],
  ['it listens on both', ['80/tcp'], [at(80, true), at(80)], []],
  ['nothing listens', ['80/tcp'], [at(81)], [`${IDS} 80/tcp, as 8080 of the host, but nothing in it listens there`]],
  ['the other protocol', ['53/udp'], [at(53)], [`${IDS} 53/udp, as 8080 of the host, but nothing in it listens there`]],
  [
    '127.0.0.1 alone',
    ['80/tcp'],
    [at(80, true)],
    [
      `${IDS} 80/tcp, as 8080 of the host, but what listens there does so on 127.0.0.1 or ::1 alone, where only itself gets`,
    ],
  ],
  [
    'a whole range',
    ['1/tcp', '2/tcp', '3/tcp', '4/tcp', '5/tcp'],
    [at(5)],
    [`${IDS} 1/tcp, 2/tcp, 3/tcp and 1 more, as 8080 of the host, but nothing in it listens there`],
  ],
])('%s', (_, ports, listeners, expected) => {
  const bindings = Object.fromEntries(ports.map((port) => [port, [{ HostIp: '0.0.0.0', HostPort: '8080' }]]));
  const Ports = { ...bindings, '99/tcp': null, '98/sctp': [{ HostPort: '1' }] };
  const inspection = parseInspection({ Id: ID, NetworkSettings: { Ports } });
  expect(found(NETWORK_CHECKS, { inspection, listeners })).toEqual(expected);
});
