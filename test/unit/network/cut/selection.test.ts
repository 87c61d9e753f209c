import { describe, expect, test } from 'vitest';
import type { DbgError } from '../../../../src/errors.ts';
import { cuttable, selected, type Selection } from '../../../../src/network/cut/selection.ts';
import type { ContainerInterface } from '../../../../src/network/interfaces.ts';
import { HOST_NETNS } from '../../../../src/network/netns-path.ts';
import { link } from '../../fakes.ts';
import { network, sure, unsure } from './fixtures.ts';

const change = (typed: string) => ({ isUndoing: typed === '--up', typed });

const names = (interfaces: readonly ContainerInterface[]) => interfaces.map(({ inside }) => inside.name);
const both = [sure('eth0', 2, 'a'), unsure('eth1', 3, 'b')];
const error = (over: Partial<DbgError>) => expect.objectContaining(over) as DbgError;

const VXLAN = { ...unsure('vx0', 4), inside: link({ name: 'vx0', ifindex: 4, kind: 'vxlan' }) };
const MARK = { id: '0123abcd', what: 'blackhole', by: 'ann', since: 1, until: 0, whose: 'web/vx0', foreign: '' };
const CUT_VXLAN = { ...VXLAN, ownMark: { ...MARK, isInForce: true } };

test('one without a host end is cut where it is, in the container; where it is not named, the hint names it', () => {
  const [only] = cuttable(network(CUT_VXLAN), { interface: 'vx0' }, change('--down'));
  expect(only).toMatchObject({ cutAt: 'own', at: { side: 'own', device: VXLAN.inside }, mark: MARK });
  expect(only!.ownMark).toBeUndefined();
  const next = { what: 'only this interface', command: 'dbg veth web --down --interface vx0' };
  expect(() => cuttable(network(VXLAN), {}, change('--down'))).toThrow(error({ next: expect.arrayContaining([next]) }));
});

describe('which interfaces a change is about', () => {
  test.each<[string, ContainerInterface[], Selection, 'cut' | 'undo', string[]]>([
    ['all', [sure('eth0', 2, 'a'), sure('eth1', 3, 'b')], {}, 'cut', ['eth0', 'eth1']],
    ['the chosen network', both, { network: 'a' }, 'cut', ['eth0']],
    ['the chosen interface', both, { interface: 'eth0' }, 'cut', ['eth0']],
    ["not a container's own bridge or inner veths", [sure('eth0', 2, 'a'), unsure('docker0', 3)], {}, 'cut', ['eth0']],
    ['the engine knows none', [sure('eth0', 2), sure('eth1', 3)], {}, 'cut', ['eth0', 'eth1']],
    ['undoing is never held up', both, {}, 'undo', ['eth0']],
    ['one without a host end, named', [sure('eth0', 2, 'a'), VXLAN], { interface: 'vx0' }, 'cut', ['vx0']],
    ['not named', [sure('eth0', 2, 'a'), VXLAN], {}, 'cut', ['eth0']],
    ['not named, nor cut', [sure('eth0', 2, 'a'), VXLAN], {}, 'undo', ['eth0']],
    ['not named, but cut', [sure('eth0', 2, 'a'), CUT_VXLAN], {}, 'undo', ['eth0', 'vx0']],
  ])('%s', (_, interfaces, selection, what, expected) =>
    expect(names(cuttable(network(...interfaces), selection, change(what === 'undo' ? '--up' : '--down')))).toEqual(
      expected,
    ),
  );

  test.each<[string, ContainerInterface[], Selection, 'cut' | 'undo', string]>([
    ['one of two networks', both, {}, 'cut', 'no proof for eth1'],
    [
      'a bridge, named',
      [{ ...VXLAN, inside: link({ name: 'br0', kind: 'bridge' }) }],
      { interface: 'br0' },
      'cut',
      'no proof for vx0',
    ],
    ['the chosen one', [unsure('eth1', 3, 'b')], { interface: 'eth1' }, 'undo', 'no proof for eth1'],
    ['none is known to the engine', [sure('eth0', 2), unsure('eth1', 3)], {}, 'cut', 'no proof for eth1'],
    [
      'none can be brought back',
      [unsure('eth0', 2, 'a'), unsure('eth1', 3)],
      {},
      'undo',
      'no proof for eth0; no proof for eth1',
    ],
  ])('refused: %s', (_, interfaces, selection, what, reasons) =>
    expect(() => cuttable(network(...interfaces), selection, change(what === 'undo' ? '--up' : '--down'))).toThrow(
      error({ exitCode: 125, message: `refused, and nothing done: ${reasons}` }),
    ),
  );
});

test.each<[string, Selection]>([
  ["--loss 5% --drop 'a b'", {}],
  ['--up', { network: 'b' }],
])('the hint is for the same change, and safe to paste: %s', (option, selection) => {
  const interfaces = [sure('x;reboot', 2, 'b'), unsure('eth1', 3, 'b')];
  expect(() => cuttable(network(...interfaces), selection, change(option))).toThrow(
    error({
      next: [
        { what: 'only this interface', command: `dbg veth web ${option} --interface 'x;reboot'` },
        { what: 'let the engine do it', command: 'docker network disconnect NETWORK web' },
      ],
    }),
  );
});

test.each(['--up', '--down'])("the host's own network is never taken off: %s", (typed) =>
  expect(() => cuttable({ ...network(), isHosts: true }, {}, change(typed))).toThrow(
    error({
      message: `refused: "web" uses the host's own network, so taking it off would take the host off`,
      next: [{ what: 'stop its traffic by stopping it', command: 'docker pause web' }],
    }),
  ),
);

test('only lo', () =>
  expect(() => cuttable(network(), {}, change('--down'))).toThrow(
    error({
      message: 'refused: "web" has no interface but lo, so there is nothing to take off the network',
      next: [{ what: 'connect it', command: 'docker network connect NETWORK web' }],
    }),
  ));

test('where the cut is: the proven other end, or the device itself in its namespace', () => {
  const place = { path: '/run/docker/netns/1-abc', netns: 9 };
  const mac = {
    ...unsure('eth1', 3, 'b'),
    inside: link({ name: 'eth1', ifindex: 3, kind: 'macvlan' }),
    cutAt: 'own',
  } as const;
  // Proven, but the other end is somebody's own interface.
  const room = { ...sure('eth2', 4, 'c'), cutAt: 'own' } as const;
  const cuts = cuttable(
    network(sure('eth0', 2, 'a'), { ...sure('eth3', 5, 'd'), place }, mac, room),
    {},
    change('--down'),
  );
  const own = { place: { path: '/proc/1234/ns/net', netns: 7 }, side: 'own' };
  expect(cuts.map(({ at }) => ({ ...at, device: at.device.name }))).toEqual([
    { device: 'veth102', place: HOST_NETNS, side: 'peer' },
    { device: 'veth105', place, side: 'peer' },
    { device: 'eth1', ...own },
    { device: 'eth2', ...own },
  ]);
});

describe('what a person chose', () => {
  test.each<[Selection, string[]]>([
    [{}, ['eth0', 'eth1']],
    [{ network: 'b' }, ['eth1']],
    [{ interface: 'eth0', network: 'a' }, ['eth0']],
  ])('%j', (selection, expected) => expect(names(selected(network(...both), selection))).toEqual(expected));

  test.each<[Selection, string]>([
    [{ interface: 'eth9' }, 'no interface "eth9" (it has: eth0 on a, eth1 on b, docker0)'],
    [{ network: 'c' }, 'no interface on network "c" (it has: eth0 on a, eth1 on b, docker0)'],
    [{ interface: 'eth0', network: 'b' }, 'no interface "eth0" on network "b" (it has: eth0 on a, eth1 on b, docker0)'],
  ])('there is none: %j', (selection, message) =>
    expect(() => selected(network(...both, unsure('docker0', 4)), selection)).toThrow(
      error({ message: `container "web" has ${message}`, next: [{ what: 'see them', command: 'dbg veth web' }] }),
    ),
  );

  test('nothing to choose from', () =>
    expect(() => selected(network(), { interface: 'eth0' })).toThrow('(it has: only lo)'));
});
