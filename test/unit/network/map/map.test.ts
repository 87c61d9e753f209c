import { describe, expect, test } from 'vitest';
import { bridge, device, endpoint, hostLink, inside, map, room, second, secondRoom } from './fixtures.ts';

const only = (over: Parameters<typeof map>[0]) => map(over).interfaces[0]!;

describe('the host device', () => {
  test('both looks name each other', () =>
    expect(only({})).toMatchObject({
      device: { name: 'veth30' },
      master: { name: bridge.name },
      network: 'app_net',
      proof: 'both ways',
      reason: '',
      inside: { kind: 'veth', addresses: ['172.20.0.3/16'] },
      problems: [],
      mark: undefined,
    }));

  test('the index agrees, the namespace is another: not it', () =>
    expect(only({ netnsids: new Map([[7, 9]]) })).toMatchObject({ device: undefined, proof: 'none' }));

  test('the namespace has no number here', () =>
    expect(only({ netnsids: new Map() })).toMatchObject({ device: undefined, proof: 'none' }));

  test('no veth: not it', () =>
    expect(only({ hostLinks: [bridge, hostLink({ kind: 'macvlan' })] })).toMatchObject({ proof: 'none' }));

  test("the container's /sys contradicts it", () =>
    expect(only({ rooms: [room('web', { inside: inside([device({ iflink: 31 })]) })] })).toMatchObject({
      device: { name: 'veth30' },
      proof: 'one way',
    }));

  test('no /sys in the container', () =>
    expect(
      only({ rooms: [room('web', { inside: inside([device({ iflink: undefined, mtu: undefined, mac: '' })]) })] }),
    ).toMatchObject({ device: { name: 'veth30' }, proof: 'one way', network: 'app_net', problems: [] }));

  test('down in the container: shown, as it has a wire; a fallback tunnel has none', () => {
    const devices = [device({ isUp: false }), device({ name: 'sit0', ifindex: 2, isUp: false, iflink: 2 })];
    const shown = map({ rooms: [room('web', { inside: inside(devices) })] }).interfaces;
    expect(shown.map((each) => each.inside.name)).toEqual(['eth0']);
  });
});

describe('what is wrong', () => {
  const problems = (over: Parameters<typeof map>[0]) => map(over).interfaces.map((each) => each.problems);

  test.each([
    ['down', { flags: [] }, {}, ['down']],
    ['no carrier', { flags: ['UP'] }, {}, ['no carrier']],
    ['down at its own end', { flags: ['UP'] }, { isUp: false }, ['no carrier: eth0 is down']],
    ['both ends take smaller packets than the bridge', { mtu: 1400 }, { mtu: 1400 }, ['mtu 1400 ≠ bridge 1500']],
    ['the host end takes smaller ones', { mtu: 1400 }, {}, ['mtu 1500 ≠ host end 1400']],
    ['the own end takes smaller ones', {}, { mtu: 1400 }, ['mtu 1400 ≠ host end 1500']],
    ['nothing', {}, { mtu: undefined }, []],
  ])('%s', (_, host, own, expected) =>
    expect(
      problems({ hostLinks: [bridge, hostLink(host)], rooms: [room('web', { inside: inside([device(own)]) })] }),
    ).toEqual([expected]),
  );

  test('a bridge that follows one wrong wire: that wire alone', () =>
    expect(
      problems({
        hostLinks: [{ ...bridge, mtu: 1400 }, hostLink({ mtu: 1400 }), second],
        rooms: [room('web'), secondRoom({}, 4)],
      }),
    ).toEqual([[], ['mtu 1500 ≠ host end 1400']])); // db comes first

  test('an address twice behind one bridge', () =>
    expect(problems({ hostLinks: [bridge, hostLink(), second], rooms: [room('web'), secondRoom({}, 3)] })).toEqual([
      ['duplicate 172.20.0.3 (web eth0)'],
      ['duplicate 172.20.0.3 (db eth0)'],
    ]));

  test("the bridge's own address", () =>
    expect(problems({ rooms: [room('web', { inside: inside([device()], 1) })] })).toEqual([
      [`duplicate 172.20.0.1 (${bridge.name})`],
    ]));

  test('the same address behind another bridge is none of its business', () =>
    expect(
      problems({
        hostLinks: [
          bridge,
          { ...bridge, name: 'br1', ifindex: 5, addresses: [] },
          hostLink(),
          { ...second, master: 'br1' },
        ],
        rooms: [room('web'), secondRoom({}, 3, { endpoints: [] })],
      }),
    ).toEqual([[], []]));
});

test('a cut says what it is', () => {
  expect(
    only({ hostLinks: [bridge, hostLink({ alias: 'dbg cut 0a1b2c3d down ann 1764000000 1764000030 web/eth0' })] }).mark
      ?.what,
  ).toBe('down');
  expect(only({ hostLinks: [bridge, hostLink({ alias: 'uplink' })] }).mark).toBeUndefined();
});

test('by network, then container; those on none of the engine last', () => {
  const rooms = [room('web'), secondRoom({ mac: '' }, 4, { endpoints: [{ ...endpoint, networkId: 'bad' }] })];
  const drawn = map({ hostLinks: [bridge, hostLink(), { ...second, master: undefined }], rooms });
  expect(drawn.interfaces.map((each) => [each.target.container.name, each.network])).toEqual([
    ['web', 'app_net'],
    ['db', undefined],
  ]);
});

test('the host, no network, and who shares', () => {
  const rooms = [
    room('web', { sharedBy: ['sidecar'] }),
    room('onhost', { inside: undefined }),
    room('alone', { netns: 9, inside: inside([]), sharedBy: ['friend'] }),
  ];
  const drawn = map({ rooms });
  expect(drawn.interfaces.map((each) => each.sharedBy)).toEqual([['sidecar']]);
  expect(drawn.bare.map(({ target, on, sharedBy }) => [target.container.name, on, sharedBy])).toEqual([
    ['alone', 'none', ['friend']],
    ['onhost', 'host', []],
  ]);
});
