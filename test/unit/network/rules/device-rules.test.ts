import { expect, test } from 'vitest';
import { parseTables } from '../../../../src/network/cut/in-force.ts';
import { parseLinks } from '../../../../src/network/links.ts';
import { deviceRules } from '../../../../src/network/rules/device-rules.ts';

const [LINK] = parseLinks('[{"ifindex":57,"ifname":"veth1"}]');
const table = (name: string, devices: string) =>
  `table netdev ${name} {\n\tchain in {\n\t\ttype filter hook ingress ${devices} priority filter; policy accept;\n\t}\n}\n`;

// Printed by nft 1.0.6 and tc 6.1.
test.each<[string, string, string, string[]]>([
  ['nothing', '', 'qdisc noqueue 0: dev veth1 root refcnt 2 \n', []],
  ["dbg's own", table('dbg_57', 'device "veth1"'), 'qdisc tbf dbb: dev veth1 root refcnt 2 rate 1Mbit\n', []],
  ['a table', table('shaping', 'device "veth1"'), '', ['nft table netdev shaping']],
  ['a table of several', table('shaping', 'devices = { "br0", "veth1" }'), '', ['nft table netdev shaping']],
  ['a table of another', table('shaping', 'device "veth11"'), '', []],
  [
    'queueing disciplines',
    '',
    'qdisc netem 8001: dev veth1 root refcnt 2 limit 1000 delay 10ms\nqdisc ingress ffff: dev veth1 parent ffff:fff1 ---------------- \nqdisc netem 8002: dev veth2 root\nqdisc fq_codel 0: dev veth1 parent :1\n',
    ['qdisc netem', 'qdisc ingress'],
  ],
])('%s', (_, tables, qdiscs, expected) => {
  expect(deviceRules(LINK!, parseTables(tables), qdiscs).map(({ what }) => what)).toEqual(expected);
});
