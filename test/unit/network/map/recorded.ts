// Recorded on Linux 6.18: /proc/PID/net of a container on two networks, one with IPv6.
export const DEV = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
  eth0:     346       3    0    0    0     0          0         0      110       1    0    0    0     0       0          0
  eth1:     294       3    0    0    0     0          0         0        0       0    0    0    0     0       0          0
`;

export const IGMP = `Idx	Device    : Count Querier	Group    Users Timer	Reporter
1	lo        :     1      V3
				010000E0     1 0:00000000		0
7	eth0      :     1      V3
				010000E0     1 0:00000000		0
9	eth1      :     1      V3
				010000E0     1 0:00000000		0
`;

export const IF_INET6 = `fd0000aa000000000000000000000002 07 40 00 82     eth0
fe8000000000000000420afffed60202 07 40 20 c0     eth0
00000000000000000000000000000001 01 80 10 80       lo
`;

const TABLE = `  +-- 0.0.0.0/1 2 0 2
     +-- 0.0.0.0/4 2 0 2
        |-- 0.0.0.0
           /0 universe UNICAST
        +-- 10.214.2.0/23 3 0 4
           +-- 10.214.2.0/30 2 0 2
              |-- 10.214.2.0
                 /24 link UNICAST
              |-- 10.214.2.2
                 /32 host LOCAL
           |-- 10.214.2.255
              /32 link BROADCAST
           +-- 10.214.3.0/30 2 0 2
              |-- 10.214.3.0
                 /24 link UNICAST
              |-- 10.214.3.2
                 /32 host LOCAL
           |-- 10.214.3.255
              /32 link BROADCAST
     +-- 127.0.0.0/8 2 0 2
        +-- 127.0.0.0/31 1 0 0
           |-- 127.0.0.0
              /8 host LOCAL
           |-- 127.0.0.1
              /32 host LOCAL
        |-- 127.255.255.255
           /32 link BROADCAST
`;
export const FIB_TRIE = `Main:\n${TABLE}Local:\n${TABLE}`;

export const ROUTE = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	0102D60A	0003	0	0	0	00000000	0	0	0
eth0	0002D60A	00000000	0001	0	0	0	00FFFFFF	0	0	0
eth1	0003D60A	00000000	0001	0	0	0	00FFFFFF	0	0	0
`;
