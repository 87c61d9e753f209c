import { expect, test } from 'vitest';
import { ratesBetween } from '../../../../src/network/map/rates.ts';
import { device, inside, map, room } from './fixtures.ts';

const at = (time: number, rxBytes: number, ifindex = 29) =>
  map({
    at: time,
    rooms: [room('web', { inside: inside([device({ ifindex, counters: { rxBytes, txBytes: 5, drops: 0 } })]) })],
  });

test('bytes a second between two looks', () =>
  expect([...ratesBetween(at(1000, 100), at(3000, 4100)).values()]).toEqual([{ rx: 2000, tx: 0 }]));

test('nothing to compare with', () => {
  expect(ratesBetween(undefined, at(1000, 1)).size).toBe(0);
  expect(ratesBetween(at(1000, 1), at(1000, 9)).size).toBe(0);
  expect(ratesBetween(at(1000, 1, 12), at(2000, 9)).size).toBe(0);
});
