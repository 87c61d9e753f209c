import { expect, test } from 'vitest';
import { tcpPeer, unixPeer } from '../../../src/api/peer.ts';

// `ss -xtnpH state connected`, iproute2 6.1: Netid State Recv-Q Send-Q Local Peer Process
const LINES = `u_str ESTAB 0      0      /tmp/api.sock 5003            * 5002  users:(("node",pid=71,fd=20))
u_str ESTAB 0      0                  * 5002            * 5003  users:(("docker",pid=4711,fd=5),("docker",pid=4712,fd=5))
u_str ESTAB 0      0                  * 500             * 5004
tcp   ESTAB 0      0      127.0.0.1:40000    127.0.0.1:2375  users:(("curl",pid=99,fd=3))
tcp   ESTAB 0      0      127.0.0.1:2375     127.0.0.1:40000 users:(("node",pid=71,fd=21))
`;

test('the process at the other end is found by the inodes of both ends', () => {
  expect(unixPeer(LINES, 5003)).toBe('docker[4711]');
  expect(unixPeer(LINES, 500)).toBeUndefined();
  expect(unixPeer('', 5003)).toBeUndefined();
});

test('the process with an address', () => {
  expect(tcpPeer(LINES, '127.0.0.1:40000')).toBe('curl[99]');
  expect(tcpPeer(LINES, '127.0.0.1:4000')).toBeUndefined();
});
