import { describe, expect, test } from 'vitest';
import { HOST } from '../../../src/network/place.ts';
import { provePair } from '../../../src/network/proof.ts';
import { link } from '../fakes.ts';

const peer = link({ ifindex: 30, name: 'veth1', linkIndex: 2, linkNetnsid: 5 });

test('both looks name each other', () => {
  expect(provePair({ inside: link({}), peerIfindex: 30, hostLinks: [peer], netnsid: 5 })).toEqual({
    device: peer,
    place: HOST,
    proof: 'both ways',
    reason: '',
  });
});

describe('not proven', () => {
  test.each([
    ['macvlan: the number is its parent', { inside: link({ kind: 'macvlan' }) }, 'would cut off everybody'],
    ['a tun device', { inside: link({ name: 'tap0', kind: 'tun' }) }, 'tap0 is a tun device with no other end'],
    [
      'a pair within the container',
      { inside: link({ linkNetnsid: undefined }) },
      'both ends of eth0 are in the container',
    ],
    ['no peer named', { peerIfindex: undefined }, 'names no peer'],
    ['the host knows no number for that namespace', { netnsid: undefined }, 'in another network namespace'],
    [
      'only the index agrees, the namespace is another',
      { hostLinks: [{ ...peer, linkNetnsid: 6 }] },
      'index 30 is veth1 here, which is not it',
    ],
    ['no device here has its peer there', { hostLinks: [] }, 'in another network namespace'],
    ['the host device is no veth', { hostLinks: [{ ...peer, kind: 'vlan' }] }, 'in another network namespace'],
    [
      'a peer within the host itself',
      { hostLinks: [{ ...peer, linkNetnsid: undefined }] },
      'in another network namespace',
    ],
  ])('%s', (_, change, reason) => {
    const pair = provePair({ inside: link({}), peerIfindex: 30, hostLinks: [peer], netnsid: 5, ...change });
    expect(pair).toMatchObject({ device: undefined, proof: 'none' });
    expect(pair.reason).toContain(reason);
  });

  test('the built trap: x0 here has index 57 and its peer index 56, as an overlay pair has, in another namespace', () => {
    const inside = link({ ifindex: 56, linkIndex: 57, linkNetnsid: 0 });
    const x0 = link({ name: 'x0', ifindex: 57, linkIndex: 56, linkNetnsid: 3 });
    expect(provePair({ inside, peerIfindex: 57, hostLinks: [x0], netnsid: 4 })).toMatchObject({
      device: undefined,
      proof: 'none',
    });
  });

  test('Engine 28: eth0 is index 2 in every container, only the namespace tells the peers apart', () => {
    const hostLinks = [
      link({ name: 'vethA', ifindex: 4, linkIndex: 2, linkNetnsid: 0 }),
      link({ name: 'vethB', ifindex: 5, linkIndex: 2, linkNetnsid: 1 }),
    ];
    expect(provePair({ inside: link({ linkIndex: 5 }), peerIfindex: 5, hostLinks, netnsid: 1 }).device?.name).toBe(
      'vethB',
    );
  });

  test('the two looks disagree', () => {
    expect(provePair({ inside: link({}), peerIfindex: 31, hostLinks: [peer], netnsid: 5 })).toMatchObject({
      device: peer,
      proof: 'one way',
    });
  });
});
