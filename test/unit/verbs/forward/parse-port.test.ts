import { expect, test } from 'vitest';
import { listenPlaceText } from '../../../../src/jobs/forward/forward-wish.ts';
import { parsePort } from '../../../../src/verbs/forward/parse-port.ts';

const parsed = (text: string, isReverse = false) => {
  const { protocol, at, to } = parsePort(text, isReverse, () => '/home/ann');
  return `${listenPlaceText(at)} ${to.kind === 'path' ? to.path : to.port} ${protocol}`;
};

test.each([
  ['80', '127.0.0.1:80 80 tcp'],
  ['8080:80', '127.0.0.1:8080 80 tcp'],
  ['0:80', '127.0.0.1:0 80 tcp'],
  [':80', '127.0.0.1:0 80 tcp'],
  ['0.0.0.0:80', '0.0.0.0:80 80 tcp'],
  ['0.0.0.0:8080:80', '0.0.0.0:8080 80 tcp'],
  ['127.0.0.1::80', '127.0.0.1:0 80 tcp'],
  ['localhost:8080:80', '127.0.0.1:8080 80 tcp'],
  ['[::1]:8080:80', '[::1]:8080 80 tcp'],
  ['[::1]:80', '[::1]:80 80 tcp'],
  ['5353:53/udp', '127.0.0.1:5353 53 udp'],
  ['53/UDP', '127.0.0.1:53 53 udp'],
  ['80/tcp', '127.0.0.1:80 80 tcp'],
  ['5432:/run/pg/.s.PGSQL.5432', '127.0.0.1:5432 /run/pg/.s.PGSQL.5432 tcp'],
  ['/tmp/pg.sock:5432', '/tmp/pg.sock 5432 tcp'],
  ['./pg.sock:5432', '/home/ann/pg.sock 5432 tcp'],
  ['/tmp/a.sock:/run/b.sock', '/tmp/a.sock /run/b.sock tcp'],
  ['[::1]:1:/run/b.sock', '[::1]:1 /run/b.sock tcp'],
])('%s', (text, expected) => expect(parsed(text)).toBe(expected));

test('with --reverse, a path is one of this host', () => {
  expect(parsed('1234:./app.sock', true)).toBe('127.0.0.1:1234 /home/ann/app.sock tcp');
});

test.each([
  ['', false, 'is no port'],
  ['web', false, 'is no port'],
  ['0', false, 'is no port'],
  ['65536', false, 'is no port'],
  ['99999:80', false, 'is no port'],
  ['80/sctp', false, 'is no port'],
  ['1:2:3:4', false, 'is no port'],
  ['example.org:1:2', false, '"example.org" is no address to listen on'],
  ['[::g]:1:2', false, '"::g" is no address'],
  ['/run/b.sock', false, 'not where to listen'],
  ['1:./b.sock', false, 'a path in a container begins with "/"'],
  ['/tmp/a:53/udp', false, 'carries no UDP'],
  [`/tmp/${'a'.repeat(120)}:1`, false, 'at most 107 bytes'],
  ['/tmp/a.sock:80', true, 'a socket would be a file in it'],
])('%s is refused', (text, isReverse, message) => {
  expect(() => parsed(text, isReverse)).toThrow(message);
});
