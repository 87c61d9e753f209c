import { expect, test } from 'vitest';
import type { ContainerSummary } from '../../../src/engine/container.ts';
import { pictureOfMap } from '../../../src/host-page/picture-of-map.ts';
import { formatMark } from '../../../src/network/cut/mark.ts';
import { bridge, device, hostLink, inside, map, room, second, secondRoom } from '../network/map/fixtures.ts';

const summary = (name: string, over: Partial<ContainerSummary> = {}): ContainerSummary => ({
  id: name.padEnd(64, '0'),
  name,
  image: 'busybox',
  state: 'running',
  status: 'Up 3 minutes',
  labels: {},
  ports: [],
  networkMode: 'app_net',
  networks: ['app_net'],
  addresses: [],
  ...over,
});

test('a card, a bus and a wire', () => {
  const ports = [
    { address: '0.0.0.0', host: 8080, container: 80, protocol: 'tcp' },
    { address: '::', host: 8080, container: 80, protocol: 'tcp' },
    { host: undefined, container: 443, protocol: 'tcp' },
  ];
  const seen = pictureOfMap(
    map(),
    [
      summary('web', { ports, status: 'Up 3 minutes (healthy)', labels: { 'com.docker.compose.project': 'shop' } }),
      summary('gone', { state: 'exited' }),
    ],
    undefined,
  );
  expect(seen.cards).toMatchObject([
    {
      name: 'web',
      health: 'healthy',
      project: 'shop',
      on: 'wires',
      ports: [
        { at: '0.0.0.0:8080', container: 80 },
        { at: '[::]:8080', container: 80 },
      ],
    },
  ]);
  expect(seen.buses).toMatchObject([
    { network: 'app_net', device: 'br-f00f00f00f00', mtu: 1500, addresses: ['172.20.0.1/16'] },
  ]);
  expect(seen.wires).toMatchObject([
    {
      card: seen.cards[0]!.key,
      bus: seen.buses[0]!.key,
      device: 'veth30',
      addresses: ['172.20.0.3/16'],
      state: 'up',
      proof: 'both ways',
      cut: null,
      problems: [],
    },
  ]);
  expect(seen.flows).toEqual([{ key: seen.wires[0]!.key, rx: null, tx: null, drops: 0, newDrops: 0 }]);
});

test('health: what the engine says of it', () => {
  const health = (status: string) => pictureOfMap(map(), [summary('web', { status })], undefined).cards[0]!.health;
  expect(['Up 1 second (health: starting)', 'Up 2 hours (unhealthy)', 'Up 2 hours (Paused)'].map(health)).toEqual([
    'starting',
    'unhealthy',
    '',
  ]);
});

test('rates and drops between two looks; a wire keeps its key when it is renamed', () => {
  const at = (time: number, rxBytes: number, drops: number, name: string) =>
    map({
      at: time,
      rooms: [room('web', { inside: inside([device({ name, counters: { rxBytes, txBytes: 0, drops } })]) })],
    });
  const before = at(1000, 100, 5, 'eth0');
  const { flows, wires } = pictureOfMap(at(3000, 2100, 8, 'wan0'), [summary('web')], before);
  expect(flows).toEqual([{ key: wires[0]!.key, rx: 1000, tx: 0, drops: 8, newDrops: 3 }]);
});

test('a cut is told as the cut that it is, not as a link that is down', () => {
  const mark = { id: '0badcafe', what: 'down', by: 'ann', since: 5, until: 9, whose: 'web/eth0', foreign: '' };
  const cut = hostLink({ flags: [], alias: formatMark(mark)! });
  const { wires } = pictureOfMap(map({ hostLinks: [bridge, cut] }), [summary('web')], undefined);
  expect(wires[0]).toMatchObject({
    cut: { what: 'down', by: 'ann', since: 5, until: 9, isInForce: true },
    problems: [],
    state: 'down',
  });
});

test('one address twice, and who shares a network namespace', () => {
  const rooms = [room('web', { sharedBy: ['guest'] }), secondRoom({}, 3)];
  const seen = pictureOfMap(
    map({ rooms, hostLinks: [bridge, hostLink(), second] }),
    [summary('web'), summary('guest', { networkMode: 'container:web' }), summary('db')],
    undefined,
  );
  expect(seen.wires.map(({ problems }) => problems)).toEqual([
    ['duplicate 172.20.0.3 (web eth0)'],
    ['duplicate 172.20.0.3 (db eth0)'],
  ]);
  expect(seen.wires.map(({ guests }) => guests)).toEqual([[], ['guest'.padEnd(64, '0')]]);
  expect(seen.cards.map(({ name, on }) => [name, on])).toEqual([
    ['web', 'wires'],
    ['guest', 'shared'],
    ['db', 'wires'],
  ]);
});
