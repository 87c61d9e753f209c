import { expect, test } from 'vitest';
import { isReachedAt, parseListening } from '../../../../src/network/reach/listening.ts';

// Recorded from `ss -Hltun` of iproute2 6.1.
const PRINTED = `udp   UNCONN 0      0         127.0.0.11:51200      0.0.0.0:*
udp   UNCONN 0      0      127.0.0.53%lo:53         0.0.0.0:*
tcp   LISTEN 129    128          0.0.0.0:80         0.0.0.0:*
tcp   LISTEN 0      4096               *:443              *:*
tcp   LISTEN 0      5              [::1]:631           [::]:*
tcp   LISTEN 0      5      [fe80::1]%eth0:546          [::]:*
tcp   LISTEN 0      5 [::ffff:10.0.0.1]:8080             *:*
u_str LISTEN 0      5           /run/x.sock 1234          * 0
`;

test('what ss prints is read, and nothing else', () =>
  expect(parseListening(PRINTED)).toEqual([
    { protocol: 'udp', address: '127.0.0.11', port: 51200, waiting: 0, most: 0 },
    { protocol: 'udp', address: '127.0.0.53', port: 53, waiting: 0, most: 0 },
    { protocol: 'tcp', address: '0.0.0.0', port: 80, waiting: 129, most: 128 },
    { protocol: 'tcp', address: '*', port: 443, waiting: 0, most: 4096 },
    { protocol: 'tcp', address: '::1', port: 631, waiting: 0, most: 5 },
    { protocol: 'tcp', address: 'fe80::1', port: 546, waiting: 0, most: 5 },
    { protocol: 'tcp', address: '10.0.0.1', port: 8080, waiting: 0, most: 5 },
  ]));

test.each([
  ['0.0.0.0', '10.0.0.1', true],
  ['0.0.0.0', 'fd00::1', false],
  ['::', '10.0.0.1', false],
  ['*', 'fd00::1', true],
  ['*', '10.0.0.1', true],
  ['10.0.0.1', '10.0.0.1', true],
  ['127.0.0.1', '10.0.0.1', false],
])('a socket at %s is reached at %s: %s', (address, at, isReached) =>
  expect(isReachedAt({ protocol: 'tcp', address, port: 1, waiting: 0, most: 0 }, at)).toBe(isReached),
);
