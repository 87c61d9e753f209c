import { parseMark } from '../../../../src/network/cut/mark.ts';
import type { NetworkEndpoint } from '../../../../src/engine/container.ts';
import type { Link } from '../../../../src/network/links.ts';
import type { Inside, InsideDevice } from '../../../../src/network/map/inside.ts';
import type { HostSurvey, Room } from '../../../../src/network/map/survey-host.ts';
import { mapOf, type HostMap } from '../../../../src/network/map/map.ts';
import { container } from '../../fakes.ts';

/** The host's end: veth30's peer is index 29 in the namespace that the host has number 4 for. */
export const hostLink = (over: Partial<Link> = {}): Link => ({
  ifindex: 30,
  name: 'veth30',
  mac: '',
  kind: 'veth',
  flags: ['UP', 'LOWER_UP'],
  master: 'br-f00f00f00f00',
  linkIndex: 29,
  linkNetnsid: 4,
  addresses: [],
  mtu: 1500,
  alias: '',
  altnames: [],
  qdisc: 'noqueue',
  ...over,
});

export const bridge = hostLink({
  ifindex: 3,
  name: 'br-f00f00f00f00',
  kind: 'bridge',
  master: undefined,
  linkIndex: undefined,
  linkNetnsid: undefined,
  addresses: ['172.20.0.1/16'],
});

export const device = (over: Partial<InsideDevice> = {}): InsideDevice => ({
  name: 'eth0',
  ifindex: 29,
  isUp: true,
  counters: { rxBytes: 0, txBytes: 0, drops: 0 },
  iflink: 30,
  mtu: 1500,
  mac: '02:42:ac:14:00:03',
  ...over,
});

export const endpoint: NetworkEndpoint = {
  network: 'app_net',
  networkId: 'f00f00f00f00f00f00',
  mac: '02:42:ac:14:00:03',
  addresses: ['172.20.0.3/16'],
};

const SUBNET = { destination: 0xac140000, prefixLength: 16, isConnected: true };

export const inside = (devices: readonly InsideDevice[] = [device()], address = 3): Inside => ({
  devices,
  locals: [0xac140000 + address],
  routes: devices.slice(0, 1).map(({ name }) => ({ name, ...SUBNET })),
  inet6: [],
});

export function room(name: string, over: Partial<Room> = {}): Room {
  const owner = { container: container({ name, id: name.padEnd(64, '0') }), pid: 1234, startTime: '1' };
  return { netns: 7, owner, sharedBy: [], endpoints: [endpoint], inside: inside(), ...over };
}

/** The map of one container, web, on one bridge, unless said otherwise. */
export function map(over: Partial<HostSurvey> = {}): HostMap {
  const hostLinks = over.hostLinks ?? [bridge, hostLink()];
  return mapOf({
    rooms: [room('web')],
    hostLinks,
    marks: new Map(
      hostLinks.flatMap((link) => {
        const mark = parseMark(link.alias);
        return mark ? [[link, { ...mark, isInForce: true }]] : [];
      }),
    ),
    netnsids: new Map([
      [7, 4],
      [8, 5],
    ]),
    at: 1000,
    startedAt: 1000,
    ...over,
  });
}

/** A second container on the same bridge. */
export const second = hostLink({ ifindex: 40, name: 'veth40', linkIndex: 39, linkNetnsid: 5 });
export const secondRoom = (over: Partial<InsideDevice> = {}, address = 4, more: Partial<Room> = {}): Room =>
  room('db', {
    netns: 8,
    inside: inside([device({ ifindex: 39, iflink: 40, ...over })], address),
    ...more,
  });
