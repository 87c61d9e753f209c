import { expect, test } from 'vitest';
import type { SeenMark } from '../../../../src/network/cut/in-force.ts';
import type { Link } from '../../../../src/network/links.ts';
import { HOST_NETNS } from '../../../../src/network/netns-path.ts';
import type { DeviceCounts } from '../../../../src/proc/device-counts.ts';
import type { SeenNetwork, SeenWire } from '../../../../src/why/container/network/network-facts.ts';
import { WIRE_CHECKS } from '../../../../src/why/container/network/wire-checks.ts';
import { found } from './given.ts';

const link = (name: string, over: Partial<Link> = {}): Link => ({
  ifindex: 7,
  name,
  mac: '',
  kind: 'veth',
  flags: ['UP', 'LOWER_UP'],
  master: undefined,
  linkIndex: undefined,
  linkNetnsid: undefined,
  addresses: [],
  alias: '',
  altnames: [],
  mtu: 1500,
  qdisc: 'noqueue',
  ...over,
});
const wire = (over: Partial<SeenWire> = {}): SeenWire => ({
  network: 'n',
  inside: link('eth0'),
  device: link('veth1', { master: 'br0' }),
  place: HOST_NETNS,
  bridge: link('br0', { kind: 'bridge' }),
  marks: [],
  foreign: [],
  counted: { inside: undefined, device: undefined },
  ...over,
});
const mark = (what: string, over: Partial<SeenMark> = {}): SeenMark => ({
  id: '0123abcd',
  what,
  by: 'eve',
  since: 1000,
  until: 1120,
  whose: 'web/eth0',
  foreign: '',
  isInForce: true,
  ...over,
});
const counts = (received: number, dropped: number, errors = 0): DeviceCounts => ({
  received: { packets: received, dropped, errors },
  sent: { packets: received, dropped: 0, errors: 0 },
});
const seen = (one: Partial<SeenWire>, uplink?: Link): SeenNetwork => ({ wires: [wire(one)], uplink });
const END = 'the host\'s end of eth0 of "web"';

test.each<[string, SeenNetwork, string[]]>([
  ['nothing is wrong', seen({}), []],
  ['no network at all', { wires: [], uplink: undefined }, []],
  [
    'a cut of everything',
    seen({ marks: [mark('blackhole')] }),
    ['network.cut broken: eth0 of "web" is cut by dbg (blackhole): by eve, 1 minute ago, for 1 minute more'],
  ],
  [
    'a cut of some, until it is undone',
    seen({ marks: [mark('loss:60%', { until: 0 })] }),
    ['network.cut suspect: eth0 of "web" is cut by dbg (loss:60%): by eve, 1 minute ago, until it is undone'],
  ],
  ['a cut that is not in force', seen({ marks: [mark('down', { isInForce: false })] }), []],
  [
    'the interface is down',
    seen({ inside: link('eth0', { flags: [] }) }),
    ['network.down broken: eth0, of "web", is set down'],
  ],
  [
    "the host's end is down",
    seen({ device: link('veth1', { master: 'br0', flags: [] }) }),
    [`network.down broken: veth1, ${END}, is set down`],
  ],
  [
    'down by a cut',
    seen({ device: link('veth1', { master: 'br0', flags: [] }), marks: [mark('down')] }),
    ['network.cut broken: eth0 of "web" is cut by dbg (down): by eve, 1 minute ago, for 1 minute more'],
  ],
  [
    'the bridge is down',
    seen({ bridge: link('br0', { flags: [] }) }),
    ['network.down broken: br0, the bridge of network "n", is set down'],
  ],
  [
    'in no bridge',
    seen({ device: link('veth1'), bridge: undefined }),
    [`network.no-bridge broken: veth1, ${END}, is in no bridge, though eth0 is on network "n"`],
  ],
  ['its end is in another namespace', seen({ device: link('veth1'), place: { path: '/run/x', netns: 5 } }), []],
  ['a macvlan has no other end', seen({ device: undefined, bridge: undefined }), []],
  [
    "the host's end takes less",
    seen({ device: link('veth1', { master: 'br0', mtu: 1280 }), bridge: link('br0', { mtu: 1280 }) }),
    [
      `network.mtu broken: eth0 of "web" sends packets of up to 1500 bytes, and veth1, ${END}, takes 1280: larger ones are lost without a word`,
    ],
  ],
  [
    'the bridge takes less',
    seen({ bridge: link('br0', { mtu: 1400 }) }),
    ['network.mtu suspect: eth0 of "web" sends packets of up to 1500 bytes, and br0, its bridge, takes 1400'],
  ],
  [
    'the uplink takes less',
    seen({}, link('ens4', { mtu: 1460 })),
    [
      'network.mtu suspect: eth0 of "web" sends packets of up to 1500 bytes, and ens4, by which this host sends on, takes 1460',
    ],
  ],
  ['it sends less than all others take', seen({ inside: link('eth0', { mtu: 1400 }) }, link('ens4')), []],
  [
    "somebody's rules",
    seen({ foreign: [{ what: 'nft table netdev shaping', command: ['nft', 'list', 'table', 'netdev', 'shaping'] }] }),
    [
      `network.foreign-rules suspect: nft table netdev shaping is on veth1, ${END}, and not by dbg: it may drop or delay packets`,
    ],
  ],
  [
    'drops that grow',
    seen({ counted: { inside: { now: counts(90000, 12), grew: counts(20, 4) }, device: undefined } }),
    [
      'network.drops suspect: eth0 of "web" loses packets that are received: 4 while dbg looked, 12 in all (12 dropped, 0 with errors)',
    ],
  ],
  [
    'drops that were many',
    seen({ counted: { inside: undefined, device: { now: counts(9700, 200, 100), grew: counts(0, 0) } } }),
    [
      `network.drops suspect: veth1, ${END}, has lost 300 packets that were received, 3 % of them (200 dropped, 100 with errors)`,
    ],
  ],
  [
    'a frame that nobody takes',
    seen({ counted: { inside: { now: counts(90, 50), grew: counts(1, 1) }, device: undefined } }),
    [],
  ],
  [
    'few of many',
    seen({ counted: { inside: { now: counts(90000, 300), grew: counts(9, 0) }, device: undefined } }),
    [],
  ],
])('%s', (_, network, expected) => {
  expect(found(WIRE_CHECKS, { network, now: 1_060_000 })).toEqual(expected);
});
