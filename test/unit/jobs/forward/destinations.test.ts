import { expect, test } from 'vitest';
import { addressesFor } from '../../../../src/jobs/forward/destinations.ts';
import type { ListeningSocket } from '../../../../src/proc/net.ts';

const at = (address: string, port = 80, protocol: 'tcp' | 'udp' = 'tcp'): ListeningSocket => ({
  protocol,
  port,
  address,
  isLoopback: false,
});

test.each([
  ['nobody', [], []],
  ['another port, and another protocol', [at('0.0.0.0', 81), at('0.0.0.0', 80, 'udp')], []],
  ['all IPv4 addresses', [at('0.0.0.0')], ['127.0.0.1']],
  ['all addresses', [at('::')], ['127.0.0.1', '::1']],
  ['::1', [at('::1')], ['::1']],
  ['an address of a network', [at('172.17.0.2')], ['172.17.0.2']],
  ['several, the likeliest first', [at('172.17.0.2'), at('::1'), at('127.0.0.1')], ['127.0.0.1', '::1', '172.17.0.2']],
  ['another address of lo', [at('127.0.0.53')], ['127.0.0.53']],
])('%s', (_, sockets, expected) => expect(addressesFor(sockets, 'tcp', 80)).toEqual(expected));
