import { expect, test } from 'vitest';
import { linkState, parseLinks } from '../../../src/network/links.ts';
import { parseNetnsid, parsePeerIfindex } from '../../../src/network/peer-ifindex.ts';

// Recorded: iproute2 6.1, `ip -d -j address` in a container, shortened.
const ADDRESS = `[{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"address":"00:00:00:00:00:00","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8}]},{},
{"ifindex":29,"link_index":30,"ifname":"eth0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"address":"02:42:AC:11:00:02","link_netnsid":0,"linkinfo":{"info_kind":"veth"},
"addr_info":[{"family":"inet","local":"172.17.0.2","prefixlen":16},{"family":"inet6","local":"fd00::2","prefixlen":64}]}]`;

test('reads ip -d -j address', () => {
  const [lo, eth0, ...rest] = parseLinks(ADDRESS);
  expect(rest).toEqual([]);
  expect(lo).toMatchObject({ name: 'lo', kind: undefined, linkIndex: undefined, linkNetnsid: undefined });
  expect(eth0).toMatchObject({
    ifindex: 29,
    linkIndex: 30,
    linkNetnsid: 0,
    kind: 'veth',
    mac: '02:42:ac:11:00:02',
    addresses: ['172.17.0.2/16', 'fd00::2/64'],
  });
});

test('older kernels: a namespace without an index means the same index', () => {
  expect(parseLinks('[{"ifindex":7,"ifname":"eth0","link_netnsid":2}]')[0]).toMatchObject({
    linkIndex: 7,
    linkNetnsid: 2,
  });
});

test('both ends in one namespace: ip names the other one', () => {
  const pair =
    '[{"ifindex":7,"ifname":"a","link":"b"},{"ifindex":8,"ifname":"b","link":"a"},{"ifindex":9,"ifname":"c"}]';
  expect(parseLinks(pair).map(({ linkIndex, linkNetnsid }) => [linkIndex, linkNetnsid])).toEqual([
    [8, undefined],
    [7, undefined],
    [undefined, undefined],
  ]);
});

test('control characters in a name, which iproute2 prints as they are', () => {
  expect(parseLinks('[{"ifindex":7,"ifname":"\u001b[31mred"}]')[0]?.name).toBe('\u001b[31mred');
});

test('no JSON', () => expect(() => parseLinks('Usage: ip')).toThrow('ip printed no JSON'));

test.each([
  [['UP', 'LOWER_UP'], 'up'],
  [['UP'], 'no carrier'],
  [['NO-CARRIER', 'BROADCAST'], 'down'],
])('flags %j: %s', (flags, state) => {
  expect(linkState(parseLinks(JSON.stringify([{ ifindex: 1, ifname: 'x', flags }]))[0]!)).toBe(state);
});

test.each([
  ['NIC statistics:\n     peer_ifindex: 30\n     rx_queue_0_xdp_packets: 0\n', 30],
  ['no stats available\n', undefined],
  ['NIC statistics:\n     my_peer_ifindex: 4\n', undefined],
])('%j', (statistics, index) => expect(parsePeerIfindex(statistics)).toBe(index));

test.each([
  ['"ns": 4026532345, "netnsid": "4"', 4],
  ['"ns": "4026532345", "netnsid": 4', 4],
  ['"ns": 4026532345, "netnsid": "unassigned"', undefined],
  ['"ns": 4026532345, "netnsid": null', undefined],
  ['"ns": 4026532399, "netnsid": "4"', undefined],
])('lsns entry {%s}', (entry, netnsid) =>
  expect(parseNetnsid(`{"namespaces": [{${entry}}]}`, 4026532345)).toBe(netnsid),
);
