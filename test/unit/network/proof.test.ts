import { describe, expect, test } from 'vitest';
import { parseLinks } from '../../../src/network/links.ts';
import { HOST_NETNS } from '../../../src/network/netns-path.ts';
import { provePair } from '../../../src/network/proof.ts';
import type { Evidence, Observer } from '../../../src/network/evidence.ts';
import { link } from '../fakes.ts';

const peer = link({ ifindex: 30, name: 'veth1', linkIndex: 2, linkNetnsid: 5 });
const host = (over: Partial<Observer> = {}): Observer => ({
  place: HOST_NETNS,
  links: [peer],
  netnsid: 5,
  insideNetnsid: 0,
  ...over,
});
const overlay = (over: Partial<Observer> = {}) =>
  host({ place: { path: '/run/docker/netns/1-abc', netns: 99 }, insideNetnsid: 1, ...over });
const evidence = (over: Partial<Evidence> = {}): Evidence => ({
  inside: link({}),
  siblings: [],
  peerIfindex: 30,
  observers: [host()],
  innerPid: undefined,
  ...over,
});

test('both looks name each other', () => {
  expect(provePair(evidence())).toEqual({
    device: peer,
    place: HOST_NETNS,
    proof: 'both ways',
    cutAt: 'peer',
    reason: '',
  });
});

describe('in another namespace', () => {
  const inside = link({ linkNetnsid: 1 });
  const port = { ...peer, master: 'br0' };

  test('a port of an overlay network', () => {
    const observers = [host({ links: [] }), overlay({ links: [port] })];
    expect(provePair(evidence({ inside, observers }))).toMatchObject({
      device: port,
      place: { path: '/run/docker/netns/1-abc', netns: 99 },
      proof: 'both ways',
      cutAt: 'peer',
    });
  });

  test("somebody's own interface: set down, it would lose their routes", () => {
    const observers = [host({ links: [] }), overlay()];
    expect(provePair(evidence({ inside, observers }))).toMatchObject({ proof: 'both ways', cutAt: 'own' });
  });

  test('not seen: how many were looked into', () => {
    const observers = [host({ links: [] }), overlay({ links: [] }), overlay({ netnsid: undefined })];
    expect(provePair(evidence({ inside, observers })).reason).toBe(
      "the peer of eth0 is in another network namespace than the host's, and in none of the 2 others that dbg looked into",
    );
  });

  test('of a process of the container itself', () => {
    expect(provePair(evidence({ observers: [host({ links: [] })], innerPid: 77 })).reason).toBe(
      'eth0 leads to something within the container: its peer is in the network namespace of its process 77',
    );
  });
});

describe('not proven', () => {
  test.each<[string, Partial<Evidence>, string]>([
    [
      'a pair within the container',
      { inside: link({ linkNetnsid: undefined }) },
      'both ends of eth0 are in the container',
    ],
    ['no peer named', { peerIfindex: undefined }, 'names no peer'],
    [
      'the host knows no number for that namespace',
      { observers: [host({ netnsid: undefined })] },
      'in another network namespace',
    ],
    [
      'only the index agrees, the namespace is another',
      { observers: [host({ links: [{ ...peer, linkNetnsid: 6 }] })] },
      'index 30 is veth1 here, which is not it',
    ],
    ['no device here has its peer there', { observers: [host({ links: [] })] }, 'in another network namespace'],
    [
      'the host device is no veth',
      { observers: [host({ links: [{ ...peer, kind: 'vlan' }] })] },
      'in another network namespace',
    ],
    [
      'a peer within the host itself',
      { observers: [host({ links: [{ ...peer, linkNetnsid: undefined }] })] },
      'in another network namespace',
    ],
  ])('%s', (_, change, reason) => {
    const pair = provePair(evidence(change));
    expect(pair).toMatchObject({ device: undefined, proof: 'none', cutAt: undefined });
    expect(pair.reason).toContain(reason);
  });

  test('the built trap: x0 here has index 57 and its peer index 56, as an overlay pair has, in another namespace', () => {
    const inside = link({ ifindex: 56, linkIndex: 57, linkNetnsid: 0 });
    const x0 = link({ name: 'x0', ifindex: 57, linkIndex: 56, linkNetnsid: 3 });
    const observers = [host({ links: [x0], netnsid: 4, insideNetnsid: 1 })];
    expect(provePair(evidence({ inside, peerIfindex: 57, observers }))).toMatchObject({
      device: undefined,
      proof: 'none',
    });
  });

  test.each<[string, Partial<Evidence>, string]>([
    ['index', { peerIfindex: 31 }, 'veth1 (index 30) names eth0 as its peer, but eth0 names index 31'],
    ['namespace', { observers: [host({ insideNetnsid: 3 })] }, 'but eth0 names another network namespace'],
  ])('the two looks disagree on the %s', (_, change, reason) => {
    const pair = provePair(evidence(change));
    expect(pair).toMatchObject({ device: peer, proof: 'one way', cutAt: undefined });
    expect(pair.reason).toContain(reason);
  });
});

// Engine 28.5.2 on a host with two containers, the first of them on two networks; `ip -d -j link`, shortened.
const ENGINE_28 = `[{"ifindex":4,"link_index":2,"ifname":"veth2b44f23","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"master":"docker0","link_netnsid":0,"linkinfo":{"info_kind":"veth"}},
{"ifindex":5,"link_index":2,"ifname":"vethf6ac30c","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"master":"docker0","link_netnsid":1,"linkinfo":{"info_kind":"veth"}},
{"ifindex":7,"link_index":3,"ifname":"veth76fe861","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"master":"br-0d3a5c1f7e2b","link_netnsid":0,"linkinfo":{"info_kind":"veth"}}]`;

test.each([
  ['the first, eth0', 2, 4, 0, 'veth2b44f23'],
  ['the first, eth1', 3, 7, 0, 'veth76fe861'],
  ['the second, eth0', 2, 5, 1, 'vethf6ac30c'],
])('engine 28, eth0 has index 2 in every container: %s', (_, ifindex, peerIfindex, netnsid, name) => {
  const observers = [host({ links: parseLinks(ENGINE_28), netnsid })];
  const pair = provePair(evidence({ inside: link({ ifindex, linkIndex: peerIfindex }), peerIfindex, observers }));
  expect([pair.device?.name, pair.proof, pair.cutAt]).toEqual([name, 'both ways', 'peer']);
});
