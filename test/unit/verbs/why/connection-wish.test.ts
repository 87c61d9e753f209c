import { expect, test } from 'vitest';
import { readDoor, readWish, refuseWithoutPeer } from '../../../../src/verbs/why/connection-wish.ts';

test.each([
  ['db', {}, { host: 'db', address: undefined, port: undefined, protocol: 'tcp', family: undefined }],
  ['db:5432', { ipv4: true }, { host: 'db', address: undefined, port: 5432, protocol: 'tcp', family: 4 }],
  ['db:53/udp', {}, { host: 'db', address: undefined, port: 53, protocol: 'udp', family: undefined }],
  ['db:53', { udp: true }, { host: 'db', address: undefined, port: 53, protocol: 'udp', family: undefined }],
  ['[fd00::1]:80', { ipv6: true }, { host: 'fd00::1', address: 'fd00::1', port: 80, protocol: 'tcp', family: 6 }],
  ['localhost:80', {}, { host: 'localhost', address: '127.0.0.1', port: 80, protocol: 'tcp', family: undefined }],
  ['localhost', { ipv6: true }, { host: 'localhost', address: '::1', port: undefined, protocol: 'tcp', family: 6 }],
])('%s %j', (text, options, wish) => expect(readWish(text, options)).toEqual(wish));

test.each([
  ['10.0.0.0/8', {}, 'is a prefix'],
  ['10.0.0.1', { ipv6: true }, 'is no IPv6 address'],
  ['db:0', {}, 'PEER[:PORT[/udp]]'],
])('%s %j is refused', (text, options, message) => expect(() => readWish(text, options)).toThrow(message));

test.each([
  [':53', {}, { ref: ':53', family: undefined }],
  [':53', { udp: true }, { ref: ':53/udp', family: undefined }],
  [':53/udp', { udp: true, ipv6: true }, { ref: ':53/udp', family: 6 }],
  [':53/tcp', { ipv4: true }, { ref: ':53/tcp', family: 4 }],
])('a published port: %s %j', (ref, options, door) => expect(readDoor(ref, options)).toEqual(door));

test('a published port of tcp is none of udp', () =>
  expect(() => readDoor(':53/tcp', { udp: true })).toThrow('--udp: :53/tcp is a port of tcp'));

test('an option of a connection without one is refused', () => {
  expect(() => refuseWithoutPeer({ udp: true, probe: false })).toThrow('--udp, --no-probe: only for a connection');
  expect(() => refuseWithoutPeer({ probe: true })).not.toThrow();
});
