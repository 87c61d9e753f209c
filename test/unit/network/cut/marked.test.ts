import { takenText } from '../../../../src/network/cut/marked.ts';
import { expect, test } from 'vitest';
import { findRemains } from '../../../../src/network/cut/marked.ts';
import { HOST_NETNS } from '../../../../src/network/netns-path.ts';
import { fakeHost, fakeNotes } from '../../fakes.ts';

const ELSEWHERE = { path: '/proc/50/ns/net', netns: 9 };
const ENTER = 'nsenter --net=/proc/50/ns/net --';
const device = (ifindex: number, ifalias: string, master?: string) => ({
  ifindex,
  ifname: `veth${ifindex}`,
  ifalias,
  master,
});
const mark = (id: string, whose: string) => `dbg cut ${id} down ann 1 0 ${whose}`;

/** What root's dbg has noted: a mark of the host's, one in the namespace of a process, and one whose device has ended there. */
const NOTED = {
  'cut-1-57': mark('0123abcd', 'web/eth0'),
  'cut-9-3': mark('4567abcd', 'db/eth0'),
  'cut-9-57': 'dbg cut',
};

const TABLES = (...names: readonly string[]) =>
  names.map((name) => `table netdev ${name} {\n\tchain in {\n\t}\n}\n`).join('');

/** A host with a namespace of a process besides its own, and one that has gone meanwhile. */
const host = (missing: string[] = [], notes: Readonly<Record<string, string>> = NOTED) => ({
  ...fakeHost({
    missing,
    links: { '/proc/1/ns/net': 'net:[1]', '/proc/self/ns/net': 'net:[1]' },
    outputs: {
      'lsns -t net -J -o NS,PID':
        '{"namespaces":[{"ns":1,"pid":1},{"ns":"9","pid":"50"},{"ns":9,"pid":51},{"ns":11,"pid":60},{"ns":12,"pid":null}]}',
      'ip -d -j link': JSON.stringify([device(2, ''), device(57, mark('0123abcd', 'web/eth0')), device(58, 'uplink')]),
      'nft -s list ruleset netdev': TABLES('dbg_57', 'dbg_99', 'filter', 'dbg_5_old'),
      [`${ENTER} ip -d -j link`]: JSON.stringify([device(3, mark('4567abcd', 'db/eth0'))]),
      [`${ENTER} nft -s list ruleset netdev`]: TABLES('dbg_57'),
    },
  }),
  notes: fakeNotes(notes),
});

test('every cut of the host, in whatever namespace, each once', async () => {
  const { marked, left } = await findRemains(host());
  expect(marked.map((each) => [each.device.name, each.place, each.mark.whose])).toEqual([
    ['veth57', HOST_NETNS, 'web/eth0'],
    ['veth3', ELSEWHERE, 'db/eth0'],
  ]);
  // An ifindex counts within its namespace: 57 has ended there.
  expect(left.map(({ what, removal }) => [what, removal.join(' ')])).toEqual([
    ['nft table netdev dbg_99', 'nft delete table netdev dbg_99'],
    ['nft table netdev dbg_57 in /proc/50/ns/net', `${ENTER} nft delete table netdev dbg_57`],
  ]);
  expect(takenText(marked[0]!, 'table')).toBe('removed nft table netdev dbg_57');
  expect(takenText(marked[1]!, 'link')).toBe('set link veth3 up in /proc/50/ns/net');
});

test('in a namespace with processes, nothing is believed that root has not noted: neither marks nor tables', async () => {
  const { marked, left, doubtful } = await findRemains(host([], { 'cut-9-3': mark('4567abcd', 'other/eth0') }));
  expect(marked).toEqual([]);
  expect(left.map(({ what }) => what)).toEqual(['nft table netdev dbg_57', 'nft table netdev dbg_99']);
  expect(doubtful).toEqual(['veth57']);
});

test('without nft there are no tables', async () => {
  const { marked, left } = await findRemains(host(['nft']));
  expect([marked.length, left]).toEqual([2, []]);
});

test.each([
  ['by its handle', 'qdisc tbf dbb: dev veth58 root refcnt 2 rate 1Mbit', ['queueing discipline dbb: of veth58']],
  ["not somebody else's", 'qdisc tbf 8001: dev veth58 root refcnt 2 rate 1Mbit', []],
  ['nor that of another device', 'qdisc tbf dbb: dev veth5 root refcnt 2 rate 1Mbit', []],
] as const)('a queueing discipline without a mark: %s', async (_, said, left) => {
  const outputs = {
    'lsns -t net -J -o NS,PID': '{"namespaces":[{"ns":1,"pid":1}]}',
    'ip -d -j link': JSON.stringify([
      { ...device(58, 'uplink'), qdisc: 'tbf' },
      { ...device(5, ''), qdisc: 'htb' },
    ]),
    'tc qdisc show': said,
  };
  const links = { '/proc/1/ns/net': 'net:[1]', '/proc/self/ns/net': 'net:[1]' };
  const found = await findRemains({ ...fakeHost({ missing: ['nft'], links, outputs }), notes: fakeNotes({}) });
  expect(found.left.map(({ what }) => what)).toEqual(left);
});
