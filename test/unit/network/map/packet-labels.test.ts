import { describe, expect, test } from 'vitest';
import { labelCommand, labelOf, planLabels, planUnlabels } from '../../../../src/network/map/packet-labels.ts';
import { bridge, device, hostLink, inside, map, room } from './fixtures.ts';

const planned = (drawn: ReturnType<typeof map>) => {
  const { change, already, refused } = planLabels(drawn.interfaces, drawn.hostLinks);
  return { change: change.map((each) => [each.device, each.altname]), already: already.length, refused };
};

test('a name for each', () =>
  expect(planned(map())).toEqual({ change: [['veth30', 'web.eth0']], already: 0, refused: [] }));

test('it has it already', () =>
  expect(planned(map({ hostLinks: [bridge, hostLink({ altnames: ['web.eth0'] })] }))).toEqual({
    change: [],
    already: 1,
    refused: [],
  }));

describe('refused', () => {
  test('another device is called so', () =>
    expect(planned(map({ hostLinks: [{ ...bridge, altnames: ['web.eth0'] }, hostLink()] })).refused).toEqual([
      `no name for eth0 of web: ${bridge.name} is called web.eth0`,
    ]));

  test('not proven', () =>
    expect(planned(map({ rooms: [room('web', { inside: inside([device({ iflink: 99 })]) })] }))).toMatchObject({
      change: [],
      refused: [expect.stringContaining('no name for eth0 of web: veth30')],
    }));

  test.each(['e\u001b[31m', 'a;b', '…'])('an interface called %j', (name) =>
    expect(planned(map({ rooms: [room('web', { inside: inside([device({ name })]) })] })).change).toEqual([]),
  );

  test('longer than the kernel takes', () =>
    expect(labelOf(map({ rooms: [room('w'.repeat(123))] }).interfaces[0]!)).toBeUndefined());
});

test("only the names that dbg gives are taken away, a person's stay", () => {
  const altnames = ['uplink', 'web.eth1', 'web.eth0'];
  const { change } = planUnlabels(map({ hostLinks: [bridge, hostLink({ altnames })] }).interfaces);
  expect(change.map((label) => labelCommand(label, 'del'))).toEqual([
    ['ip', 'link', 'property', 'del', 'dev', 'veth30', 'altname', 'web.eth0'],
  ]);
  expect(planUnlabels(map({ hostLinks: [bridge, hostLink({ altnames: ['uplink'] })] }).interfaces).change).toEqual([]);
});
