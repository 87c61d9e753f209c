import type { Link } from '../../../../src/network/links.ts';
import type { ContainerInterface, ContainerNetwork } from '../../../../src/network/interfaces.ts';
import type { Cuttable } from '../../../../src/network/cut/selection.ts';
import type { Impairments } from '../../../../src/network/cut/ways.ts';
import { HOST_NETNS } from '../../../../src/network/netns-path.ts';
import { container, link } from '../../fakes.ts';

const target = { container: container(), pid: 1234, startTime: '4242' };

export const ways = (over: Partial<Impairments> = {}): Impairments => ({
  down: false,
  blackhole: false,
  drop: [],
  loss: undefined,
  rate: undefined,
  delay: undefined,
  direction: 'both',
  ...over,
});

/** An interface whose other end is proven: veth102 for one with index 2. */
export const sure = (name: string, ifindex: number, network?: string): ContainerInterface => ({
  target,
  inside: link({ name, ifindex }),
  device: link({ name: `veth${ifindex + 100}`, ifindex: ifindex + 100, linkIndex: ifindex, linkNetnsid: 5 }),
  place: HOST_NETNS,
  proof: 'both ways',
  reason: '',
  network,
  cutAt: 'peer',
  mark: undefined,
  ownMark: undefined,
});

export const unsure = (name: string, ifindex: number, network?: string): ContainerInterface => ({
  ...sure(name, ifindex, network),
  device: undefined,
  proof: 'none',
  reason: `no proof for ${name}`,
  cutAt: undefined,
});

export const network = (...interfaces: ContainerInterface[]): ContainerNetwork => ({
  target,
  netns: 7,
  isHosts: false,
  interfaces,
});

/** eth0, to be cut at veth102. */
export const atPeer = (over: Partial<Link> = {}): Cuttable => {
  const each = sure('eth0', 2, 'a');
  return { ...each, at: { device: { ...each.device!, ...over }, place: HOST_NETNS, side: 'peer' } };
};

/** eth0, a macvlan, to be cut where it is. */
export const atOwn = (over: Partial<Link> = {}): Cuttable => {
  const inside = link({ kind: 'macvlan', ...over });
  return {
    ...unsure('eth0', 2, 'a'),
    inside,
    cutAt: 'own',
    at: { device: inside, place: { path: '/proc/1234/ns/net', netns: 7 }, side: 'own' },
  };
};
