import { expect, test } from 'vitest';
import {
  dotted,
  parseDev,
  parseIfInet6,
  parseIgmp,
  parseLocalAddresses,
  parseRoutes,
  parseSnmp6Index,
} from '../../../src/proc/net.ts';
import { DEV, FIB_TRIE, IF_INET6, IGMP, ROUTE } from '../network/map/recorded.ts';

test('net/dev: what came in and what went out', () =>
  expect(parseDev(DEV)).toEqual(
    new Map([
      ['lo', { rxBytes: 0, txBytes: 0 }],
      ['eth0', { rxBytes: 346, txBytes: 110 }],
      ['eth1', { rxBytes: 294, txBytes: 0 }],
    ]),
  ));

test('net/dev: a number may stand right after the colon', () =>
  expect(parseDev('eth0:12345678901 1 0 0 0 0 0 0 7 1 0 0 0 0 0 0\n').get('eth0')).toEqual({
    rxBytes: 12345678901,
    txBytes: 7,
  }));

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
