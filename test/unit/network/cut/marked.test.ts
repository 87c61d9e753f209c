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

/** A host with a file in the mount namespace of process 70 that holds a namespace without a process; 60 only says so. */
const inShim = (there = 'net:[30]') => {
  const mounted = (root: string) => `9 8 0:4 ${root} /run/docker/netns/1-a rw - nsfs nsfs rw\n`;
  const mine = host([], { 'cut-30-5': mark('89abcdef', 'api/eth0') });
  const enter = (pid: number) => `nsenter --net=/proc/${pid}/root/run/docker/netns/1-a --`;
  const outputs: Readonly<Record<string, string>> = {
    [`${enter(60)} readlink /proc/self/ns/net`]: 'net:[1]\n',
    [`${enter(70)} readlink /proc/self/ns/net`]: `${there}\n`,
    [`${enter(70)} ip -d -j link`]: JSON.stringify([device(5, mark('89abcdef', 'api/eth0'), 'br0')]),
    [`${enter(70)} nft -s list ruleset netdev`]: TABLES('dbg_5', 'dbg_6'),
  };
  const links: Readonly<Record<string, string>> = {
    '/proc/self/ns/mnt': 'mnt:[1]',
    '/proc/1/ns/mnt': 'mnt:[1]',
    '/proc/60/ns/mnt': 'mnt:[6]',
    '/proc/70/ns/mnt': 'mnt:[7]',
    '/proc/71/ns/mnt': 'mnt:[7]',
  };
  return {
    ...mine,
    entries: (path: string) => (path === '/proc' ? ['1', '60', '70', '71', 'self'] : []),
    link: (path: string) => links[path] ?? mine.link(path),
    read: (path: string) => (/^\/proc\/[67]0\/mountinfo$/.test(path) ? mounted('net:[30]') : mine.read(path)),
    output: async (argv: readonly string[]) => outputs[argv.join(' ')] ?? mine.output(argv),
  };
};

test('a cut in a namespace that a file of another mount namespace holds, as of a snap or a rootless engine', async () => {
  const { marked } = await findRemains(inShim());
  expect(marked.map((each) => [each.device.name, each.place, each.mark.whose])).toEqual([
    ['veth5', { path: '/proc/70/root/run/docker/netns/1-a', netns: 30 }, 'api/eth0'],
  ]);
  expect((await findRemains(inShim('net:[2]'))).marked).toEqual([]);
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
