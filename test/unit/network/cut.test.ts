import { describe, expect, test } from 'vitest';
import type { Host } from '../../../src/host/host.ts';
import {
  linkSet,
  proven,
  setLinks,
  type CutState,
  type ProvenInterface,
  type Selection,
} from '../../../src/network/cut.ts';
import type { ContainerInterface, ContainerNetwork } from '../../../src/network/interfaces.ts';
import { HOST } from '../../../src/network/place.ts';
import { container, fakeHost, link as veth } from '../fakes.ts';

const link = (name: string, ifindex: number, flags = ['UP', 'LOWER_UP']) => veth({ name, ifindex, flags });
const target = { container: container(), pid: 1234, startTime: '1' };
const sure = (name: string, ifindex: number, network?: string): ProvenInterface => ({
  target,
  inside: link(name, ifindex),
  device: link(`veth${ifindex}`, ifindex + 100),
  place: HOST,
  proof: 'both ways',
  reason: '',
  network,
});
const unsure = (name: string, ifindex: number, network?: string): ContainerInterface => ({
  ...sure(name, ifindex, network),
  device: undefined,
  proof: 'none',
  reason: `no proof for ${name}`,
});
const network = (...interfaces: ContainerInterface[]): ContainerNetwork => ({
  target,
  netns: 7,
  isHosts: false,
  interfaces,
});

describe('which interfaces a change is about', () => {
  test.each<[string, ContainerInterface[], Selection, CutState, string[]]>([
    ['all', [sure('eth0', 2, 'a'), sure('eth1', 3, 'b')], {}, 'down', ['eth0', 'eth1']],
    ['the chosen one', [sure('eth0', 2, 'a'), unsure('eth1', 3, 'b')], { network: 'a' }, 'down', ['eth0']],
    ["not a container's own bridge or inner veths", [sure('eth0', 2, 'a'), unsure('docker0', 3)], {}, 'down', ['eth0']],
    ['undoing is never held up', [sure('eth0', 2, 'a'), unsure('eth1', 3, 'b')], {}, 'up', ['eth0']],
  ])('%s', (_, interfaces, selection, state, names) => {
    expect(proven(network(...interfaces), selection, state).map(({ inside }) => inside.name)).toEqual(names);
  });

  test.each<[string, ContainerInterface[], Selection, CutState]>([
    ['one of two networks', [sure('eth0', 2, 'a'), unsure('eth1', 3, 'b')], {}, 'down'],
    ['the chosen one', [unsure('eth1', 3, 'b')], { interface: 'eth1' }, 'up'],
    ['none is known to the engine', [sure('eth0', 2), unsure('eth1', 3)], {}, 'down'],
  ])('refused: %s', (_, interfaces, selection, state) => {
    expect(() => proven(network(...interfaces), selection, state)).toThrow(
      'refused, and nothing done: no proof for eth1',
    );
  });

  test('the hint is for the same change, and safe to paste', () => {
    const interfaces = [sure('x;reboot', 2, 'a'), unsure('eth1', 3, 'b')];
    expect(() => proven(network(...interfaces), {}, 'down')).toThrow(
      expect.objectContaining({
        next: expect.arrayContaining([
          { what: 'only what is sure', command: "dbg veth web --down --interface 'x;reboot'" },
        ]),
      }),
    );
  });
});

describe('setLinks', () => {
  /** A host whose devices are up, but for `down`, and where setting one of `broken` fails. */
  function hostWith(devices: readonly string[], { down = [] as string[], broken = [] as string[] }) {
    const isDown = new Set(down);
    const ran: string[] = [];
    const host: Host = {
      ...fakeHost(),
      output: async (argv) => {
        if (argv.includes('set')) {
          const [device, state] = argv.slice(-2) as [string, string];
          ran.push(`${device} ${state}`);
          if (broken.includes(device)) throw new Error('no such device');
          if (state === 'down') isDown.add(device);
          else isDown.delete(device);
        }
        return JSON.stringify(
          devices.map((name) => ({
            ifname: name,
            ifindex: Number(name.slice(4)) + 100,
            flags: isDown.has(name) ? [] : ['UP'],
          })),
        );
      },
    };
    return { host, ran };
  }

  test('gives the devices as they are then', async () => {
    const { host, ran } = hostWith(['veth2', 'veth3'], {});
    const changed = await setLinks(host, [sure('eth0', 2), sure('eth1', 3)], 'down');
    expect(changed.map(({ device }) => device.flags)).toEqual([[], []]);
    expect(ran).toEqual(['veth2 down', 'veth3 down']);
  });

  test('never half a cut: what this call took down comes back', async () => {
    const { host, ran } = hostWith(['veth2', 'veth3'], { broken: ['veth3'] });
    await expect(setLinks(host, [sure('eth0', 2), sure('eth1', 3)], 'down')).rejects.toThrow(
      'the cut failed, and is undone: no such device',
    );
    expect(ran).toEqual(['veth2 down', 'veth3 down', 'veth2 up']);
  });

  test('what was down before stays down', async () => {
    const { host, ran } = hostWith(['veth2', 'veth3'], { down: ['veth2'], broken: ['veth3'] });
    const before = { ...sure('eth0', 2), device: link('veth2', 102, []) };
    await expect(setLinks(host, [before, sure('eth1', 3)], 'down')).rejects.toThrow('the cut failed');
    expect(ran).toEqual(['veth2 down', 'veth3 down']);
  });

  test('a device that does not obey is an error', async () => {
    const { host } = hostWith([], {});
    await expect(setLinks(host, [sure('eth0', 2)], 'down')).rejects.toThrow(
      'veth2 was set down, but the kernel does not show it so',
    );
  });
});

test('the command', () =>
  expect(linkSet(fakeHost(), { device: link('veth2', 102), place: HOST }, 'down')).toEqual([
    'ip',
    'link',
    'set',
    'dev',
    'veth2',
    'down',
  ]));
