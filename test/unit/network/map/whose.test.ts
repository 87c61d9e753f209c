import { describe, expect, test } from 'vitest';
import { behind } from '../../../../src/network/map/whose.ts';
import { fakeHost } from '../../fakes.ts';
import { bridge, hostLink, map } from './fixtures.ts';

// Recorded, shortened: `ip netns add 'my ns'`, and one of Docker's.
const MOUNTINFO = `34 20 0:30 / /run rw - tmpfs tmpfs rw
61 34 0:4 net:[4026532407] /run/docker/netns/ab0abb72f96d rw shared:9 - nsfs nsfs rw
62 34 0:4 net:[4026532500] /run/netns/my\\040ns rw - nsfs nsfs rw
63 34 0:4 mnt:[4026532501] /run/snapd/ns/lxd.mnt rw - nsfs nsfs rw
`;

const other = hostLink({ ifindex: 50, name: 'veth50', linkIndex: 2, linkNetnsid: 9, altnames: ['far'] });
const links = [bridge, hostLink({ altnames: ['web.eth0'] }), other];
const host = fakeHost({
  files: { '/proc/self/mountinfo': MOUNTINFO, '/proc/77/comm': 'openvpn\n' },
  links: { '/proc/77/ns/net': 'net:[4026532500]', '/proc/1/ns/net': 'net:[4026532407]' },
});

test.each(['veth30', 'web.eth0'])('%s is found', (name) =>
  expect(behind(host, map({ hostLinks: links }), name)).toMatchObject({ target: { container: { name: 'web' } } }),
);

describe('no container is behind it', () => {
  const said = (name: string, over: Parameters<typeof map>[0] = {}) => {
    try {
      return behind(host, map({ hostLinks: links, ...over }), name).inside.name;
    } catch (error) {
      return (error as Error).message;
    }
  };

  test.each([
    ['nosuch', {}, 'this host has no device "nosuch"'],
    [
      bridge.name,
      {},
      `${bridge.name} is the bridge of network app_net (on it: web), not one end of a container's wire`,
    ],
    [
      'eno1',
      { kind: undefined, name: 'eno1' },
      "eno1 is a network card of this host, not one end of a container's wire",
    ],
    ['tun0', { kind: 'tun', name: 'tun0' }, "tun0 is a tun device of this host, not one end of a container's wire"],
    ['veth50', { linkNetnsid: undefined }, 'both ends of veth50 are on this host itself'],
  ])('%s', (name, over, expected) =>
    expect(said(name, { hostLinks: [bridge, hostLink(), { ...other, ...over }] })).toBe(expected),
  );

  test('in a namespace with processes', () =>
    expect(said('far', { netnsids: new Map([[4026532500, 9]]) })).toBe(
      'the other end of veth50 is in network namespace 4026532500, of no container, with 77 openvpn, mounted at /run/netns/my ns',
    ));

  test('in one that only a mount keeps', () => {
    const nobody = fakeHost({
      files: { '/proc/self/mountinfo': MOUNTINFO },
      links: { '/proc/1/ns/net': 'net:[4026532407]' },
    });
    expect(() => behind(nobody, map({ hostLinks: links }), 'veth50')).toThrow(
      'the other end of veth50 is in a network namespace of no container and no process (number 9); it is kept by a mount: /run/netns/my ns',
    );
  });
});
