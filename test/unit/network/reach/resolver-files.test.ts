import { expect, test } from 'vitest';
import { hostsAddresses, namesAskedFor, parseResolver } from '../../../../src/network/reach/resolver-files.ts';

test.each([
  ['nameserver 127.0.0.11\noptions ndots:0\n', { nameservers: ['127.0.0.11'], search: [], ndots: 0 }],
  [
    '# by hand\ndomain old\nsearch a.example b.example\nnameserver 10.0.0.1\nnameserver fd00::1\nnameserver 3.3.3.3\nnameserver 4.4.4.4\noptions edns0 ndots:5 timeout:1\n',
    { nameservers: ['10.0.0.1', 'fd00::1', '3.3.3.3'], search: ['a.example', 'b.example'], ndots: 5 },
  ],
  ['', { nameservers: ['127.0.0.1'], search: [], ndots: 1 }],
])('resolv.conf %j', (text, resolver) => expect(parseResolver(text)).toEqual(resolver));

test.each([
  ['db', ['cluster.local'], 5, ['db.cluster.local', 'db']],
  ['a.b', ['x'], 1, ['a.b', 'a.b.x']],
  ['db.', ['x'], 5, ['db.']],
  ['db', ['.'], 1, ['db']],
])('%s with %j and ndots:%i is asked as %j', (name, search, ndots, names) =>
  expect(namesAskedFor(name, { nameservers: [], search, ndots })).toEqual(names),
);

const HOSTS = '127.0.0.1\tlocalhost\n10.0.0.7 db DB.example # old\n#10.0.0.8 db\nfd00::7 db\n';
test.each([
  ['db', ['10.0.0.7', 'fd00::7']],
  ['db.EXAMPLE.', ['10.0.0.7']],
  ['old', []],
])('hosts: %s is %j', (name, addresses) => expect(hostsAddresses(HOSTS, name)).toEqual(addresses));
