import { expect, test } from 'vitest';
import { readDoor, readInward, readWish, refuseWithoutPeer } from '../../../../src/verbs/why/connection-wish.ts';

test.each([
  ['db', {}, { host: 'db', address: undefined, port: undefined, protocol: 'tcp', family: undefined }],
  ['db:5432', { ipv4: true }, { host: 'db', address: undefined, port: 5432, protocol: 'tcp', family: 4 }],
  ['db:53/udp', {}, { host: 'db', address: undefined, port: 53, protocol: 'udp', family: undefined }],
  ['db:53', { udp: true }, { host: 'db', address: undefined, port: 53, protocol: 'udp', family: undefined }],
  ['[fd00::1]:80', { ipv6: true }, { host: 'fd00::1', address: 'fd00::1', port: 80, protocol: 'tcp', family: 6 }],
  ['localhost:80', {}, { host: 'localhost', address: '127.0.0.1', port: 80, protocol: 'tcp', family: undefined }],
  ['localhost', { ipv6: true }, { host: 'localhost', address: '::1', port: undefined, protocol: 'tcp', family: 6 }],
  ['db', { tls: true }, { host: 'db', address: undefined, port: 443, protocol: 'tcp', family: undefined }],
  ['db', { http: '/' }, { host: 'db', address: undefined, port: 80, protocol: 'tcp', family: undefined }],
  ['db', { tls: true, http: '/' }, { host: 'db', address: undefined, port: 443, protocol: 'tcp', family: undefined }],
  ['db:8443', { tls: true }, { host: 'db', address: undefined, port: 8443, protocol: 'tcp', family: undefined }],
])('%s %j', (text, options, wish) => expect(readWish(text, options)).toEqual(wish));

test.each([
  ['10.0.0.0/8', {}, 'is a prefix'],
  ['10.0.0.1', { ipv6: true }, 'is no IPv6 address'],
  ['db:0', {}, 'HOST a container, a name or an address'],
  ['db:53/udp', { tls: true }, 'over TCP'],
  ['db', { http: 'health' }, 'takes a path'],
  ['db', { http: '/a b' }, 'takes a path'],
  ['db', { http: '/\r\nX: y' }, 'takes a path'],
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
  expect(() => refuseWithoutPeer({ udp: true, ipv6: true })).toThrow('--udp, -6: only for a connection');
  expect(() => refuseWithoutPeer({ probe: false })).not.toThrow();
  expect(() => refuseWithoutPeer({ probe: true })).not.toThrow();
});

test('--from is about a port of a container', () => {
  const from = '192.0.2.7';
  expect(readInward('web:53', { from, udp: true }).protocol).toBe('udp');
  expect(() => readInward('web:53', { from, ipv6: true })).toThrow('say nothing beside --from');
  expect(() => readInward('web:53/udp', { from, tls: true })).toThrow('over TCP');
  expect(readInward('shop/web:80', { from })).toEqual({ ctr: 'shop/web', port: 80, protocol: 'tcp' });
  expect(readInward('web:53/udp', { from })).toEqual({ ctr: 'web', port: 53, protocol: 'udp' });
  for (const ref of ['web', ':80', 'web:0', 'web:70000', 'a:b:80'])
    expect(() => readInward(ref, { from })).toThrow('dbg why CTR:PORT --from HOST');
});
