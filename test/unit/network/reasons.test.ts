import { describe, expect, test } from 'vitest';
import { parseLinks } from '../../../src/network/links.ts';
import { HOST_NETNS } from '../../../src/network/netns-path.ts';
import { provePair } from '../../../src/network/proof.ts';
import type { Observer } from '../../../src/network/evidence.ts';
import { link } from '../fakes.ts';

const host: Observer = {
  place: HOST_NETNS,
  links: [link({ ifindex: 2, name: 'enp1s0', kind: undefined, linkIndex: undefined, linkNetnsid: undefined })],
  netnsid: 5,
  insideNetnsid: 0,
};

/** An interface as `ip -d -j address` shows it, shortened. */
const up = (name: string, rest: string) => `{"ifindex":9,"ifname":"${name}","flags":["UP","LOWER_UP"]${rest}}`;
const of = (kind: string, rest = '') => `${rest},"linkinfo":{"info_kind":"${kind}"}`;

describe('no veth', () => {
  // ipvlan and vlan as iproute2 6.1 prints them; tap0 as slirp4netns makes it for rootless Podman.
  test.each<[string, string, 'own' | undefined, string]>([
    [
      'ipvlan',
      up('eth0', of('ipvlan', ',"link_index":2,"link_netnsid":0')),
      'own',
      'eth0 is an ipvlan on a device of the host: taking that one down would cut off everybody on it (enp1s0)',
    ],
    [
      'macvlan',
      up('eth0', of('macvlan', ',"link_index":2,"link_netnsid":0')),
      'own',
      'eth0 is a macvlan on a device of',
    ],
    [
      'ipvtap, parent not on the host',
      up('eth0', of('ipvtap', ',"link_index":2,"link_netnsid":1')),
      'own',
      "eth0 is an ipvtap on a device of another network namespace than the host's: index 2 there",
    ],
    [
      'macvlan, parent in the container',
      up('mv0', of('macvlan', ',"link":"eth7"')),
      'own',
      'mv0 is a macvlan on eth7, a device inside the container',
    ],
    ['tap of slirp4netns', up('tap0', of('tun')), 'own', 'its other end is a program (slirp4netns, pasta, a VPN)'],
    ['a network card', up('enp3s0', ''), undefined, 'enp3s0 is a device in its own right (a network card'],
    ['a virtual function', up('eth0', ',"parentbus":"pci","parentdev":"0000:01:10.0"'), undefined, 'virtual function'],
    [
      'vlan',
      up('eth7.5', of('vlan', ',"link":"eth7"')),
      undefined,
      'eth7.5 is a vlan device that rides on eth7, inside the container',
    ],
    [
      'vlan, lower device outside',
      up('eth0', of('vlan', ',"link_index":8,"link_netnsid":0')),
      undefined,
      'eth0 is a vlan device with no other end on this host',
    ],
    ['bridge', up('br0', of('bridge')), undefined, 'br0 is a bridge device with no other end on this host'],
  ])('%s', (_, json, cutAt, reason) => {
    const siblings = parseLinks(`[${json},{"ifindex":8,"ifname":"eth7"}]`);
    const inside = siblings[0];
    const pair = provePair({
      inside: inside!,
      siblings,
      peerIfindex: inside!.linkIndex,
      observers: [host],
      innerPid: undefined,
    });
    expect(pair).toMatchObject({ device: undefined, proof: 'none', cutAt });
    expect(pair.reason).toContain(reason);
  });

  test('where the host could not be asked, nothing is said of it', () => {
    const inside = link({ kind: 'macvlan', linkIndex: 2, linkNetnsid: 0 });
    const observers = [{ ...host, insideNetnsid: undefined }];
    expect(provePair({ inside, siblings: [], peerIfindex: 2, observers, innerPid: undefined }).reason).toContain(
      'eth0 is a macvlan on a device of another network namespace: index 2 there',
    );
  });
});
