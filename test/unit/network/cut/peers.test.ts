import { expect, test } from 'vitest';
import { DbgError } from '../../../../src/errors.ts';
import { byFamily, parsePeer, type PeerName } from '../../../../src/network/cut/peers.ts';

const tcp = (name: string, address?: string, port?: number): PeerName => ({ name, address, port, protocol: 'tcp' });
const same = (address: string, port?: number) => tcp(address, address, port);

test.each<[string, PeerName]>([
  ['db', tcp('db')],
  ['my_app-db.1', tcp('my_app-db.1')],
  ['db:5432', tcp('db', undefined, 5432)],
  ['db:5432/tcp', tcp('db', undefined, 5432)],
  ['dns:53/udp', { ...tcp('dns', undefined, 53), protocol: 'udp' }],
  ['db:65535', tcp('db', undefined, 65_535)],
  ['10.0.0.2', same('10.0.0.2')],
  ['10.0.0.2:80', same('10.0.0.2', 80)],
  ['10.0.0.2:53/udp', { ...same('10.0.0.2', 53), protocol: 'udp' }],
  ['10.0.0.0/24', same('10.0.0.0/24')],
  ['10.0.0.0/24:80', same('10.0.0.0/24', 80)],
  ['0.0.0.0/0', same('0.0.0.0/0')],
  ['fd00::1', same('fd00::1')],
  // All of it is an address; a port needs the brackets.
  ['fd00::1:80', same('fd00::1:80')],
  ['fd00::/64', same('fd00::/64')],
  ['[fd00::1]', same('fd00::1')],
  ['[fd00::1]:80', same('fd00::1', 80)],
  ['[fd00::/64]:53/udp', { ...same('fd00::/64', 53), protocol: 'udp' }],
])('%s', (text, peer) => expect(parsePeer(text)).toEqual(peer));

test.each([
  '',
  ':80',
  'db:',
  'db:0',
  'db:65536',
  'db:123456',
  'db:http',
  'db:80/sctp',
  'db:80:81',
  'db:80/',
  '[]',
  '[]:80',
  '[db]',
  '[db]:80',
  '[fd00::1',
  'fd00::1]',
  '[fd00::1]80',
  '[fd00::1]:0',
  'fe80::1%eth0',
  '[fe80::1%eth0]:80',
  'fd00::/129',
  '[fd00::/x]:80',
  'fd00::/64/64',
])('"%s" is wrong usage', (text) => {
  expect(() => parsePeer(text)).toThrow(DbgError);
  expect(() => parsePeer(text)).toThrow(
    expect.objectContaining({
      exitCode: 2,
      message: expect.stringMatching(/^--drop takes PEER\[:PORT\[\/udp\]\], .*, not "/) as string,
    }) as DbgError,
  );
});

test.each(['10.0.0.256', '10.0.0.0/33'])('%s is no address, so it can only be a name', (text) =>
  expect(parsePeer(text)).toEqual(tcp(text)),
);

test('by family', () => {
  expect(byFamily(['10.0.0.2', 'fd00::1', 'fd00::/64', '10.0.0.0/8', 'db'])).toEqual({
    ip: ['10.0.0.2', '10.0.0.0/8'],
    ip6: ['fd00::1', 'fd00::/64'],
  });
  expect(byFamily([])).toEqual({ ip: [], ip6: [] });
});
