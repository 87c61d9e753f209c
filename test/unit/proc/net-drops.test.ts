import { expect, test } from 'vitest';
import { parseNetDrops } from '../../../src/proc/net-drops.ts';

const NETSTAT = `TcpExt: SyncookiesSent IPReversePathFilter TCPTimeWaitOverflow
TcpExt: 0 12 3
IpExt: InNoRoutes InTruncatedPkts
IpExt: 7 8
`;
// Of Linux 6.18, shortened; two processors.
const CONNTRACK = `entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop
0000ffff  00000000 00000000 00000000 00000002 00000000 00000000 00000000 00000000 00000000 0000000a 00000000
0000ffff  00000000 00000000 00000000 00000001 00000000 00000000 00000000 00000000 00000000 00000001 00000000
`;

test.each([
  [NETSTAT, CONNTRACK, { reversePath: 12, noRoom: 11, invalid: 3, connections: 65535 }],
  [NETSTAT, '', { reversePath: 12, noRoom: 0, invalid: 0, connections: 0 }],
  ['', CONNTRACK, { reversePath: 0, noRoom: 11, invalid: 3, connections: 65535 }],
  ['TcpExt: A B\n', 'entries drop\n', { reversePath: 0, noRoom: 0, invalid: 0, connections: 0 }],
])('%#', (netstat, conntrack, drops) => expect(parseNetDrops(netstat, conntrack)).toEqual(drops));
