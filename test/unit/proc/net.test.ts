import { expect, test } from 'vitest';
import {
  dotted,
  parseDev,
  parseIfInet6,
  parseIgmp,
  parseListeningSockets,
  parseLocalAddresses,
  parseRoutes,
  parseSnmp6Index,
} from '../../../src/proc/net.ts';
import { DEV, FIB_TRIE, IF_INET6, IGMP, ROUTE } from '../network/map/recorded.ts';

test('net/dev: what came in and what went out', () =>
  expect(parseDev(DEV)).toEqual(
    new Map([
      ['lo', { rxBytes: 0, txBytes: 0, drops: 0 }],
      ['eth0', { rxBytes: 346, txBytes: 110, drops: 0 }],
      ['eth1', { rxBytes: 294, txBytes: 0, drops: 0 }],
    ]),
  ));

test('net/dev: a number may stand right after the colon', () =>
  expect(parseDev('eth0:12345678901 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\n').get('eth0')).toEqual({
    rxBytes: 12345678901,
    txBytes: 7,
    drops: 0,
  }));

test('net/dev: what was dropped both ways', () =>
  expect(parseDev('eth0: 1 2 3 40 5 6 7 8 9 10 11 2 13 14 15 16\n').get('eth0')?.drops).toBe(42));

test('net/igmp', () =>
  expect(parseIgmp(IGMP)).toEqual(
    new Map([
      ['lo', 1],
      ['eth0', 7],
      ['eth1', 9],
    ]),
  ));

test('net/if_inet6, the widest scope first', () =>
  expect(parseIfInet6(IF_INET6)).toEqual([
    { name: 'eth0', ifindex: 7, address: 'fd00:aa::2/64' },
    { name: 'lo', ifindex: 1, address: '::1/128' },
    { name: 'eth0', ifindex: 7, address: 'fe80::42:aff:fed6:202/64' },
  ]));

test('net/dev_snmp6', () => {
  expect(parseSnmp6Index('ifIndex                         \t7\nIp6InReceives                   \t0\n')).toBe(7);
  expect(parseSnmp6Index(undefined)).toBeUndefined();
});

test('net/fib_trie: its own addresses, no networks, no broadcast, nothing of lo', () =>
  expect(parseLocalAddresses(FIB_TRIE).map(dotted)).toEqual(['10.214.2.2', '10.214.3.2']));

test('net/fib_trie: an address that is also the beginning of a subnet', () => {
  const trie =
    '     |-- 10.0.0.0\n        /31 link UNICAST\n        /32 host LOCAL\n     |-- 200.0.0.1\n        /32 host LOCAL\n';
  expect(parseLocalAddresses(trie).map(dotted)).toEqual(['10.0.0.0', '200.0.0.1']);
});

test('net/route', () =>
  expect(parseRoutes(ROUTE).map((route) => ({ ...route, destination: dotted(route.destination) }))).toEqual([
    { name: 'eth0', destination: '0.0.0.0', prefixLength: 0, isConnected: false },
    { name: 'eth0', destination: '10.214.2.0', prefixLength: 24, isConnected: true },
    { name: 'eth1', destination: '10.214.3.0', prefixLength: 24, isConnected: true },
  ]));

test.each([parseDev, parseIgmp])('nothing to read, nothing found', (parse) => expect(parse('').size).toBe(0));
test.each([parseIfInet6, parseLocalAddresses, parseRoutes])('nothing to read, nothing found', (parse) =>
  expect(parse('')).toEqual([]),
);

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const V6 = '0'.repeat(32);
const line = (local: string, remote: string, state: string) =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 12345 1\n`;

// Recorded on x86-64 (Linux 6.1).
test.each([
  [
    'all addresses',
    'tcp',
    line('00000000:0050', '00000000:0000', '0A'),
    [{ port: 80, address: '0.0.0.0', isLoopback: false }],
  ],
  [
    '127.0.0.1',
    'tcp',
    line('0100007F:1538', '00000000:0000', '0A'),
    [{ port: 5432, address: '127.0.0.1', isLoopback: true }],
  ],
  [
    '127.0.0.11',
    'udp',
    line('0B00007F:A2F1', '00000000:0000', '07'),
    [{ port: 41713, address: '127.0.0.11', isLoopback: true }],
  ],
  ['::', 'tcp', line(`${V6}:0050`, `${V6}:0000`, '0A'), [{ port: 80, address: '::', isLoopback: false }]],
  [
    '::1',
    'tcp',
    line(`${'0'.repeat(24)}01000000:0050`, `${V6}:0000`, '0A'),
    [{ port: 80, address: '::1', isLoopback: true }],
  ],
  [
    '::ffff:127.0.0.1',
    'tcp',
    line('0000000000000000FFFF00000100007F:0050', `${V6}:0000`, '0A'),
    [{ port: 80, address: '127.0.0.1', isLoopback: true }],
  ],
  ['a connection', 'tcp', line('0100007F:1538', '0100007F:9999', '01'), []],
  ['a connected socket of UDP', 'udp', line('0200000A:1538', '0100000A:0035', '01'), []],
  ['nothing', 'udp', '', []],
] as const)('%s', (_, protocol, text, expected) =>
  expect(parseListeningSockets(protocol, HEAD + text)).toEqual(expected.map((each) => ({ protocol, ...each }))),
);
